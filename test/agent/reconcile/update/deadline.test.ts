// When the deadline's clock begins: what the old revision takes to stop is not the new one's fault.
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../../agent/model/decision.ts';
import type { StepOutcome } from '../../../../agent/model/steps.ts';
import { containerOf, Model, present } from '../situations.ts';

const update = { healthy_after: '10s', deadline: '20s' };
const one = present(1, { web: {} });
const two = present(2, { web: {} }, { update });
const all = [one, two];
const MINUTE_MS = 60_000;

/** A device whose containers take so long to stop, or never do. */
class Slow extends Model {
  stopTakesMs = 0;
  refusal: (StepOutcome & { ok: false }) | null = null;

  override carryOut(step: Parameters<Model['carryOut']>[0]): StepOutcome {
    if (step.kind !== 'stop_container' || step.container !== 'web-1') return super.carryOut(step);
    this.nowMs += this.stopTakesMs;
    return this.refusal ?? super.carryOut(step);
  }
}

function runs(stopGraceMs: number): Slow {
  const record = { phase: 'converged' as const, proven: { revision: 1, hash: one.hash } };
  const model = new Slow({ containers: [containerOf(one, 'web', { stopGraceMs })] });
  model.record = { ...model.record, ...record };
  return model;
}

function roundsUntil(model: Slow, isOver: (decision: Decision) => boolean, desired = two): void {
  for (let round = 0; round < 5000; round += 1) if (isOver(model.round(desired, [...all, desired]))) return;
  throw new Error(`never: ${JSON.stringify(model.record)}`);
}

const isSettled = ({ record }: Decision): boolean =>
  record.phase === 'converged' || record.phase === 'rolled_back';

describe('the deadline', () => {
  it('counts from the end of the stops, however long they take', () => {
    const model = runs(40_000);
    model.stopTakesMs = 35_000;
    roundsUntil(model, isSettled);
    expect(model.record).toMatchObject({ phase: 'converged', proven: { revision: 2 } });
  });

  it('ends as long after the stops as it says', () => {
    const model = runs(40_000);
    model.stopTakesMs = 35_000;
    const sick = present(2, { web: { probe: { tcp: { port: 1 }, grace: '1h' } } }, { update });
    roundsUntil(model, () => model.upOf('web').some(({ revision }) => revision === 2), sick);
    const startedMs = model.nowMs;
    roundsUntil(model, ({ record }) => record.attempt?.stage === 'condemned', sick);
    expect(model.nowMs - startedMs).toBeGreaterThan(19_000);
    expect(model.nowMs - startedMs).toBeLessThan(22_000);
  });

  it('of a revision whose predecessor does not stop comes all the same, and says why', () => {
    const model = runs(40_000);
    model.refusal = { ok: false, code: 'engine_error', message: 'did not receive an exit event' };
    const beganMs = model.nowMs;
    roundsUntil(model, ({ record }) => record.phase === 'switching' && record.reason !== null);
    expect(model.record.reason).toEqual({
      ...{ code: 'engine_error', path: 'services.web', message: 'did not receive an exit event' },
    });
    roundsUntil(model, ({ record }) => record.attempt?.stage === 'condemned');
    const longestMs = 40_000 + 2 * MINUTE_MS + 20_000;
    expect(model.nowMs - beganMs).toBeGreaterThan(longestMs - 1000);
    expect(model.nowMs - beganMs).toBeLessThan(longestMs + 35_000);
  });

  it('counts from the end of the pull where nothing has to stop', () => {
    const beside = present(2, { web: {} }, { update: { ...update, strategy: 'start-first' } });
    const model = runs(40_000);
    roundsUntil(model, ({ record }) => record.attempt?.stage === 'switching', beside);
    expect(model.record.attempt?.clockFromMs).toBe(model.record.attempt?.pulledAtMs);
  });

  it('counts from the start of the agent for an attempt that an earlier one stored', () => {
    const model = runs(40_000);
    roundsUntil(model, ({ record }) => record.attempt?.stage === 'proving');
    const stored = JSON.stringify(model.record, (key, value) => (key === 'clockFromMs' ? undefined : value));
    model.record = JSON.parse(stored);
    model.reboot();
    roundsUntil(model, isSettled);
    expect(model.record).toMatchObject({ phase: 'converged', proven: { revision: 2 } });
  });

  it('counts anew after a restart of the agent', () => {
    const model = runs(40_000);
    roundsUntil(model, ({ record }) => record.attempt?.stage === 'proving');
    model.nowMs += 1000;
    model.reboot();
    model.round(two, all);
    expect(model.record.attempt?.clockFromMs).toBeGreaterThan(model.nowMs - 15_000);
  });
});

// A container that the agent stopped itself is parked: its exit is no failure. Once it is started again, it is.
import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../agent/model/instance.ts';
import { EMPTY_RECORD } from '../../../../agent/model/record.ts';
import type { Step } from '../../../../agent/model/steps.ts';
import { recordOutcomes } from '../../../../agent/reconcile/outcomes.ts';
import { containerOf, inWords, Model, present } from '../situations.ts';

const WALL = '2026-11-22T10:00:00.000Z';

/** Revision 1 of one service, whose container the agent has parked. */
function parked(restart?: string) {
  const one = present(1, { web: restart === undefined ? {} : { restart } });
  const container = containerOf(one, 'web', { state: 'exited', exitCode: 143 });
  const proven = { revision: 1, hash: one.hash };
  const record = { ...EMPTY_RECORD, phase: 'converged' as const, proven, parked: [container.id] };
  return { one, container, model: new Model({ containers: [container], record }) };
}

const ends = (model: Model, exitCode: number): void => {
  model.containers = model.containers.map((container) => ({
    ...container,
    state: 'exited' as const,
    exitCode,
  }));
};

describe('a parked container', () => {
  it('has not failed, and is started', () => {
    const { one, container, model } = parked();
    const { steps, record } = model.round(one, [one]);
    expect(inWords(steps)).toEqual([`start_container ${container.id}`]);
    expect(record.services.web?.failuresInRow ?? 0).toBe(0);
  });

  it.each(['start_container', 'restart_container'] as const)('is parked no more after a %s', (kind) => {
    const { one, container, model } = parked();
    const [spec] = instancesOf(one.document.services);
    if (spec === undefined) throw new Error('one was written');
    const step: Step = { kind, spec, container: container.id, graceMs: 10_000 };
    const moment = { nowMs: 0, wallTime: WALL, chance: 0.5 };
    expect(recordOutcomes(model.record, [{ step, outcome: { ok: true } }], moment).parked).toEqual([]);
    const failed = { ok: false, code: 'engine_error', message: '' } as const;
    expect(recordOutcomes(model.record, [{ step, outcome: failed }], moment).parked).toEqual([container.id]);
  });
});

describe('the exit of a container that was parked and started again', () => {
  it.each([
    ['with the default policy', undefined],
    ['with restart "no"', 'no'],
  ])('is a failure, %s', (_what, restart) => {
    const { one, model } = parked(restart);
    model.round(one, [one]);
    ends(model, 3);
    const { record } = model.decide(one, [one]);
    expect(record.services.web).toMatchObject({ failuresInRow: 1, lastFailure: { exitCode: 3 } });
    expect(record).toMatchObject({ phase: 'degraded', reason: { code: 'exited' } });
  });

  it('is backed off from the third on', () => {
    const { one, model } = parked();
    model.isGood = () => false;
    const waits: (number | null | undefined)[] = [];
    for (let round = 0; round < 12; round += 1) {
      model.round(one, [one]);
      waits.push(model.record.services.web?.delayMs);
    }
    expect(model.record.services.web?.failuresInRow).toBeGreaterThanOrEqual(4);
    expect(Math.max(...waits.map((ms) => ms ?? 0))).toBeGreaterThan(1000);
  });
});

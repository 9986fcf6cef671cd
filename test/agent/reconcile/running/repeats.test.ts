// A plan that undoes itself, or that an engine does not show, is noticed, backed off and told; what people, crashes and
// managers repeat is not.
import { describe, expect, it } from 'vitest';
import type { DesiredPresent } from '../../../../agent/model/desired-deployment.ts';
import { resumeRecord } from '../../../../agent/model/resume-record.ts';
import type { Revision } from '../../../../agent/model/revision.ts';
import type { Step, StepOutcome } from '../../../../agent/model/steps.ts';
import { withRetry } from '../../../../agent/reconcile/retry.ts';
import { Model, present } from '../situations.ts';

const MINUTE_MS = 60_000;
const one = present(1, { web: {} });
const two = present(2, { web: {} });

/** An engine that shows some things otherwise than it was asked. */
class Odd extends Model {
  readonly done: string[] = [];
  /** What becomes of a step; `null`: what the model makes of it. */
  differs: (step: Step) => StepOutcome | null = () => null;

  override carryOut(step: Step): StepOutcome {
    this.done.push(step.kind);
    return this.differs(step) ?? super.carryOut(step);
  }
}

function run(model: Odd, forMs: number, desired: Revision<DesiredPresent> = one): string[] {
  const before = model.done.length;
  const endMs = model.nowMs + forMs;
  for (let round = 0; model.nowMs < endMs; round += 1) {
    if (round > 5000) throw new Error('it never rests');
    model.round(desired, [one, two, desired]);
  }
  return model.done.slice(before);
}

/** As Podman was once read: a container in none of the networks that it was asked to be in. */
function withoutNetworks(model: Odd): Odd {
  model.differs = (step) => {
    if (step.kind !== 'create_container') return null;
    const outcome = Model.prototype.carryOut.call(model, step);
    model.containers = model.containers.map((container) =>
      container.revision === step.spec.revision ? { ...container, networks: [] } : container,
    );
    return outcome;
  };
  return model;
}

describe('a plan that leads nowhere', () => {
  it('is backed off to minutes, and says what was done and what the engine shows', () => {
    const model = withoutNetworks(new Odd({ containers: [] }));
    const patient = present(1, { web: {} }, { update: { deadline: '1h' } });
    expect(run(model, 10 * MINUTE_MS, patient).length).toBeLessThan(40);
    expect(run(model, 20 * MINUTE_MS, patient).length).toBeLessThan(60);
    expect(model.record).toMatchObject({
      phase: 'switching',
      reason: { code: 'no_progress', path: 'services.web' },
    });
    expect(model.record.reason?.message).toMatch(
      /^create_container \(\d+ times\), remove_container \(\d+ times\) succeeded, .*: container made-\d+-web is created, in no network/,
    );
  });

  it('ends an update with that as its reason, which is not the content’s fault', () => {
    const model = new Odd({ containers: [] });
    run(model, MINUTE_MS);
    expect(model.record.phase).toBe('converged');
    withoutNetworks(model);
    run(model, 6 * MINUTE_MS, two);
    expect(model.record).toMatchObject({
      phase: 'rolled_back',
      barred: [{ reason: { code: 'no_progress' }, retry: { tries: 1 } }],
    });
  });

  it('goes on by itself once the engine shows what was asked', () => {
    const model = withoutNetworks(new Odd({ containers: [] }));
    run(model, 4 * MINUTE_MS);
    model.differs = () => null;
    run(model, 5 * MINUTE_MS);
    expect(model.record).toMatchObject({ phase: 'converged', reason: null });
    expect(model.record.repeats).toBeUndefined();
  });

  it('is tried at once when somebody says so', () => {
    const model = withoutNetworks(new Odd({ containers: [] }));
    run(model, 4 * MINUTE_MS);
    model.differs = () => null;
    model.record = withRetry(model.record);
    run(model, 30_000);
    expect(model.record.phase).toBe('converged');
  });

  it('waits on after a restart of the agent', () => {
    const model = withoutNetworks(new Odd({ containers: [] }));
    run(model, 4 * MINUTE_MS);
    const { delayMs = 0 } = model.record.repeats?.['services.web'] ?? {};
    expect(delayMs).toBeGreaterThan(10_000);
    expect(resumeRecord(model.record, 7).repeats?.['services.web']?.retryAtMs).toBe(7 + delayMs);
  });

  const dones: StepOutcome = { ok: true };
  const cases: readonly (readonly [string, Step['kind'], string])[] = [
    ['a network that the engine does not list', 'create_network', 'networks.back'],
    ['a volume that the engine does not list', 'create_volume', 'volumes.data'],
    ['a container that does not join its network', 'join_network', 'services.web'],
    ['a container that does not stop', 'stop_container', 'services.web'],
  ];
  it.each(cases)('is noticed for %s', (_what, kind, path) => {
    const model = new Odd({ containers: [] });
    run(model, MINUTE_MS);
    const moved = present(
      2,
      { web: { image: kind === 'join_network' ? 'web:1' : 'web:2', networks: { back: {} } } },
      { networks: { back: {} }, volumes: { data: {} }, update: { deadline: '10m' } },
    );
    if (kind === 'join_network') {
      run(model, MINUTE_MS, moved);
      model.containers = model.containers.map((container) => ({ ...container, networks: [] }));
    }
    model.differs = (step) => (step.kind === kind ? dones : null);
    expect(run(model, 4 * MINUTE_MS, moved).filter((done) => done === kind).length).toBeLessThan(20);
    expect(model.record.reason).toMatchObject({ code: 'no_progress', path });
  });

  it('of a leftover is told beside converged', () => {
    const model = new Odd({ containers: [] });
    run(model, MINUTE_MS);
    model.differs = (step) => (step.kind === 'remove_container' ? dones : null);
    expect(run(model, 5 * MINUTE_MS, two).length).toBeLessThan(30);
    expect(model.record).toMatchObject({
      phase: 'converged',
      reason: { code: 'no_progress', path: 'services.web' },
    });
  });
});

describe('what is repeated for a reason is not held up', () => {
  const isHeldUp = (model: Odd): boolean =>
    Object.values(model.record.repeats ?? {}).some(({ retryAtMs }) => retryAtMs !== null);

  it('a crash loop', () => {
    const model = new Odd({ containers: [] });
    run(model, MINUTE_MS);
    model.isGood = () => false;
    model.containers = model.containers.map((container) => ({ ...container, state: 'exited', exitCode: 1 }));
    for (let minute = 0; minute < 120; minute += 1) {
      run(model, MINUTE_MS);
      expect(isHeldUp(model)).toBe(false);
    }
  });

  it('containers that a person removes or stops now and then', () => {
    const model = new Odd({ containers: [] });
    run(model, MINUTE_MS);
    for (let turn = 0; turn < 20; turn += 1) {
      if (turn % 2 === 0) model.containers = [];
      else model.containers = model.containers.map((one) => ({ ...one, state: 'exited', exitCode: 143 }));
      run(model, 2 * MINUTE_MS);
      expect(isHeldUp(model)).toBe(false);
    }
  });

  it('revisions that follow each other before any of them is proven', () => {
    const model = new Odd({ containers: [] });
    run(model, MINUTE_MS);
    for (let revision = 2; revision < 20; revision += 1) {
      run(model, 1000, present(revision, { web: {} }));
      expect(isHeldUp(model)).toBe(false);
    }
  });

  it('many services and networks at once', () => {
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const networks = Object.fromEntries(names.map((name) => [name, {}]));
    const many = present(1, Object.fromEntries(names.map((name) => [name, { networks }])), { networks });
    const model = new Odd({ containers: [] });
    run(model, MINUTE_MS, many);
    expect(model.record.phase).toBe('converged');
    // Somebody takes every container out of every network.
    model.containers = model.containers.map((container) => ({ ...container, networks: [] }));
    run(model, MINUTE_MS, many);
    expect(isHeldUp(model)).toBe(false);
    expect(model.record.phase).toBe('converged');
  });
});

// A verdict keeps its evidence: what held an update up, failed or was waited for stands in the reason that ends it.
import { describe, expect, it } from 'vitest';
import type { DesiredPresent } from '../../../../agent/model/desired-deployment.ts';
import { newProbeHistory } from '../../../../agent/model/health.ts';
import type { Revision } from '../../../../agent/model/revision.ts';
import type { Step, StepOutcome } from '../../../../agent/model/steps.ts';
import { containerOf, Model, present } from '../situations.ts';

type Refusal = StepOutcome & { ok: false };
const TAKEN: Refusal = { ok: false, code: 'name_taken', message: 'a network is there', hint: 'rename it' };
const BUSY: Refusal = { ok: false, code: 'engine_error', message: 'device or resource busy' };
const update = { healthy_after: '5s', deadline: '20s' };

/** A device on which revision 1 runs, and whose engine refuses some steps. */
class Refusing extends Model {
  refuse: (step: Step) => Refusal | null = () => null;

  override carryOut(step: Step): StepOutcome {
    return this.refuse(step) ?? super.carryOut(step);
  }
}

function deviceWith(one: Revision<DesiredPresent>): Refusing {
  const model = new Refusing({
    containers: one.document.services.map(({ name }) => name).map((name) => containerOf(one, name)),
  });
  const proven = { revision: 1, hash: one.hash };
  model.record = { ...model.record, phase: 'converged', proven };
  return model;
}

/** Where revision 2 leads to, after a minute. */
function outcomeOf(model: Refusing, one: Revision<DesiredPresent>, two: Revision<DesiredPresent>) {
  const endMs = model.nowMs + 60_000;
  while (model.nowMs < endMs) model.round(two, [one, two]);
  return model.record;
}

const one = present(1, { web: {} });

describe('an update that ends at its deadline tells', () => {
  it('the network that could not be made, and is tried again by itself', () => {
    const model = deviceWith(one);
    model.refuse = (step) => (step.kind === 'create_network' ? TAKEN : null);
    const two = present(2, { web: { networks: { extra: {} } } }, { networks: { extra: {} }, update });
    const record = outcomeOf(model, one, two);
    expect(record).toMatchObject({
      phase: 'rolled_back',
      reason: { code: 'name_taken', path: 'networks.extra', message: 'a network is there' },
      barred: [{ content: two.content, retry: { tries: 1 } }],
    });
    expect(record.reason?.hint).toMatch(/^rename it; it is tried again by itself/);
  });

  it('the volume that could not be made', () => {
    const model = deviceWith(one);
    model.refuse = (step) => (step.kind === 'create_volume' ? TAKEN : null);
    const two = present(2, { web: {} }, { volumes: { data: {} }, update });
    expect(outcomeOf(model, one, two).reason).toMatchObject({ code: 'name_taken', path: 'volumes.data' });
  });

  it('what the probe was answered last', () => {
    const probe = { tcp: { port: 1 }, grace: '1h' };
    const two = present(2, { web: { probe } }, { update });
    const model = deviceWith(one);
    const probed = { ...newProbeHistory(0), failuresInRow: 1, lastError: 'HTTP 500' };
    const { situation } = model;
    model.situation = (...parts) => {
      const [real, record] = situation.apply(model, parts);
      const health = [...real.health].map(([id, known]) => [id, { ...known, probe: probed }] as const);
      return [{ ...real, health: new Map(health) }, record];
    };
    expect(outcomeOf(model, one, two).reason).toMatchObject({
      ...{ code: 'deadline', path: 'services.web' },
      message: 'it was not healthy within the deadline: its probe fails: HTTP 500',
    });
  });

  it('the service that was waited for, and not the one that waited', () => {
    const services = { app: { depends_on: { db: { condition: 'service_healthy' } } }, db: {} };
    const before = present(1, { ...services });
    const model = deviceWith(before);
    const probe = { tcp: { port: 1 }, grace: '1h' };
    const two = present(2, { ...services, db: { probe } }, { update });
    expect(outcomeOf(model, before, two).reason).toMatchObject({ code: 'deadline', path: 'services.db' });
  });
});

describe('a service that crashes', () => {
  it('is told with its own failure, whatever else failed', () => {
    const model = deviceWith(one);
    model.isGood = ({ service }) => service !== 'bad';
    // The first revision's container goes, and another's leftover does not.
    model.containers.push(containerOf(present(9, { web: {} }), 'web', { id: 'left', state: 'exited' }));
    model.refuse = (step) => (step.kind === 'remove_container' ? BUSY : null);
    const two = present(2, { web: { image: 'web:1' }, bad: {} }, { update });
    expect(outcomeOf(model, one, two).barred).toMatchObject([
      { reason: { code: 'exited', path: 'services.bad' } },
    ]);
  });
});

describe('a leftover that cannot be removed', () => {
  const two = present(2, { web: {} }, { update });

  it('is a reason beside converged, and keeps no update waiting', () => {
    const model = deviceWith(one);
    model.refuse = (step) => (step.kind === 'remove_container' ? BUSY : null);
    expect(outcomeOf(model, one, two)).toMatchObject({
      phase: 'converged',
      proven: { revision: 2 },
      reason: { code: 'engine_error', path: 'services.web', message: 'device or resource busy' },
    });
    model.refuse = () => null;
    expect(outcomeOf(model, one, two)).toMatchObject({ phase: 'converged', reason: null });
  });

  it('does not hide that a service fails', () => {
    const model = deviceWith(one);
    model.refuse = (step) => (step.kind === 'remove_container' ? BUSY : null);
    outcomeOf(model, one, two);
    model.isGood = () => false;
    model.containers = model.containers.map((container) => ({ ...container, state: 'exited', exitCode: 1 }));
    expect(outcomeOf(model, one, two)).toMatchObject({ phase: 'degraded', reason: { code: 'exited' } });
  });

  it('that still runs is more than a leftover', () => {
    const model = deviceWith(one);
    const dropped = present(2, { other: {} }, { update });
    model.refuse = (step) => (step.kind === 'stop_container' ? BUSY : null);
    expect(outcomeOf(model, one, dropped)).toMatchObject({
      phase: 'degraded',
      reason: { code: 'engine_error', path: 'services.web' },
    });
  });
});

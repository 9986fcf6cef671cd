// Services that live in another's namespaces follow its container and its runs, and nothing else does.
import { describe, expect, it } from 'vitest';
import { inWords, Model, present } from '../situations.ts';

const ON_APP = { depends_on: { app: { condition: 'service_started' } } };
const SIDE = { image: 'side:1', network_mode: 'service:app', ...ON_APP };
const OTHER = { image: 'other:1', ...ON_APP };
const one = present(1, { app: { image: 'app:1' }, side: SIDE, other: OTHER });
const two = present(2, { app: { image: 'app:2' }, side: SIDE, other: OTHER });
const all = [one, two];

/** A device on which revision 1 has converged. */
function converged(): Model {
  const model = new Model({ containers: [] });
  settle(model, one);
  return model;
}

/** The steps that were taken until a proven revision needed none, in words. */
function settle(model: Model, desired: typeof one): string[] {
  const steps: string[] = [];
  for (let round = 0; round < 100; round += 1) {
    const decision = model.round(desired, all);
    steps.push(...inWords(decision.steps));
    const { phase } = decision.record;
    if (decision.steps.length === 0 && (phase === 'converged' || phase === 'rolled_back')) return steps;
  }
  throw new Error(`no rest: ${steps.join(', ')}`);
}

const idOf = (model: Model, service: string): string => model.upOf(service)[0]?.id ?? `no ${service}`;

describe('a service in the namespace of another', () => {
  it('is made once that one’s container is, and started after it', () => {
    const steps = settle(new Model({ containers: [] }), one);
    const order = [
      'create_container app@1',
      'start_container made-1-app',
      'create_container side@1',
      expect.stringMatching(/^start_container made-\d-side$/),
    ];
    expect(steps.filter((step) => !step.includes('other'))).toEqual(order);
  });

  it('is made anew when that one’s container is, though nothing else changed for it', () => {
    const model = converged();
    const [side, other] = [idOf(model, 'side'), idOf(model, 'other')];
    settle(model, two);
    expect(idOf(model, 'side')).not.toBe(side);
    expect(model.upOf('side')[0]?.joins).toEqual([idOf(model, 'app')]);
    expect(idOf(model, 'other')).toBe(other);
  });

  it('is made anew when somebody removed that one’s container', () => {
    const model = converged();
    const side = idOf(model, 'side');
    model.containers = model.containers.filter(({ service }) => service !== 'app');
    settle(model, one);
    expect(idOf(model, 'side')).not.toBe(side);
    expect(model.upOf('side')[0]?.joins).toEqual([idOf(model, 'app')]);
  });

  it('runs on in its old container until the image of its new one is here', () => {
    const model = converged();
    model.containers = model.containers.filter(({ service }) => service !== 'app');
    const lacking = { 'side:1': { kind: 'missing' } } as const;
    for (let round = 0; round < 10; round += 1) model.round(one, all, lacking);
    expect(model.upOf('side')).toHaveLength(1);
    expect(model.upOf('app')).toHaveLength(1);
  });

  it('goes back to its kept container with that one, when an update fails', () => {
    const model = converged();
    const before = [idOf(model, 'app'), idOf(model, 'side')];
    model.isGood = ({ revision, service }) => !(revision === 2 && service === 'app');
    const steps = settle(model, two);
    expect(model.record.phase).toBe('rolled_back');
    expect([idOf(model, 'app'), idOf(model, 'side')]).toEqual(before);
    const back = steps.filter((step) => before.some((id) => step === `start_container ${id}`));
    expect(back).toEqual(before.map((id) => `start_container ${id}`));
  });

  it('is started again, once, when that one was; what merely depends on it is not', () => {
    const model = converged();
    const ids = [idOf(model, 'side'), idOf(model, 'other')];
    model.crash(idOf(model, 'app'));
    expect(settle(model, one)).toEqual([`restart_container ${ids[0]}`]);
    expect(settle(model, one)).toEqual([]);
    model.crash(idOf(model, 'app'));
    expect(settle(model, one)).toEqual([`restart_container ${ids[0]}`]);
  });

  it('waits for that one to run before it is started again', () => {
    const model = converged();
    const app = idOf(model, 'app');
    model.containers = model.containers.map((other) =>
      other.id === app ? { ...other, state: 'exited', exitCode: 1 } : other,
    );
    const steps = settle(model, one);
    expect(steps.filter((step) => !step.startsWith('read_last_logs'))).toEqual([
      `start_container ${app}`,
      `restart_container ${idOf(model, 'side')}`,
    ]);
  });

  it('is left alone when the agent starts anew, with its record or without', () => {
    const model = converged();
    model.reboot();
    expect(settle(model, one)).toEqual([]);
    const fresh = new Model({ containers: model.containers });
    expect(settle(fresh, one)).toEqual([]);
  });

  it('is left alone when both were started again, as after a restart of the engine', () => {
    const model = converged();
    for (const service of ['app', 'side', 'other']) model.crash(idOf(model, service));
    expect(settle(model, one)).toEqual([]);
  });

  it('is started again when that one was after both were, with nobody looking', () => {
    const model = converged();
    for (const service of ['app', 'side', 'app']) model.crash(idOf(model, service));
    expect(settle(model, one)).toEqual([`restart_container ${idOf(model, 'side')}`]);
  });

  it.each([-3_600_000, 3_600_000])(
    'is started again once, whatever a clock that jumps by %i ms says',
    (jump) => {
      const model = converged();
      model.crash(idOf(model, 'app'));
      model.clockOffsetMs = jump;
      expect(settle(model, one)).toEqual([`restart_container ${idOf(model, 'side')}`]);
      model.reboot();
      expect(settle(model, one)).toEqual([]);
    },
  );

  it('has the hash that it always had when it joins nobody', () => {
    const [app] = present(1, { app: { image: 'app:1' } }).document.services;
    expect(one.document.services[0]?.hash).toBe(app?.hash);
    expect(one.document.services[1]?.hash).not.toBe(two.document.services[1]?.hash);
  });
});

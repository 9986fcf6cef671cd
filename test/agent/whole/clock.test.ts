// A wall clock that nobody can rely on: what the agent does must be what it would have done.
import { describe, expect } from 'vitest';
import type { DeviceState } from '../../../protocol/reports/state.ts';
import { deployment } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Sets the clock, from a moment of the update on. */
type Trouble = (world: World) => void;

const setBy =
  (ms: number): Trouble =>
  (world) =>
    world.clock.setWallTime(new Date(world.clock.wallTime().getTime() + ms).toISOString());

/** Each second is two seconds back. */
const backwards: Trouble = (world) => {
  setBy(-2000)(world);
  world.clock.schedule(1000, () => backwards(world));
};

const troubles: readonly [string, Trouble][] = [
  ['a year on', setBy(365 * DAY_MS)],
  ['a year back', setBy(-365 * DAY_MS)],
  ['to 1970', (world) => world.clock.setWallTime('1970-01-01T00:00:03Z')],
  ['backwards, and runs so', backwards],
];

const moments = ['pulling', 'switching', 'proving'] as const;
const cases = troubles.flatMap(([title, trouble]) =>
  moments.flatMap((moment) =>
    (['good', 'broken'] as const).map((kind) => [title, moment, kind, trouble] as const),
  ),
);

interface Course {
  readonly deeds: readonly string[];
  readonly tookMs: number;
  readonly phase: string | undefined;
}

/** What the engine did for an update, and how long until it was settled. */
async function updateIn(
  world: World,
  kind: 'good' | 'broken',
  at: { readonly moment: (typeof moments)[number]; readonly trouble: Trouble },
): Promise<Course> {
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  if (kind === 'broken') world.programs.set('registry.test/app:2', programs.neverAnswers);
  const deeds: string[] = [];
  world.daemon.witnesses.push((event, { spec, state }) => deeds.push(`${event} r${spec.revision} ${state}`));
  const beganMs = world.clock.monotonicMs();
  world.publish(deployment({ revision: 2 }));
  await world.until(() => world.status('line')?.phase === at.moment);
  at.trouble(world);
  const end = kind === 'good' ? 'converged' : 'rolled_back';
  const { phase } = await world.untilPhase('line', end, { revision: 2 });
  const tookMs = world.clock.monotonicMs() - beganMs;
  await world.run(20 * MINUTE_MS);
  return { deeds, tookMs, phase };
}

describe('in the middle of an update a wall clock that is set', () => {
  test.for(cases)(
    '%s while %s, where the revision is %s, changes nothing',
    async ([, moment, kind, trouble], { makeWorld }) => {
      const undisturbed = await updateIn(makeWorld(), kind, { moment, trouble: () => undefined });
      const world = makeWorld();
      const disturbed = await updateIn(world, kind, { moment, trouble });
      expect(disturbed.deeds).toEqual(undisturbed.deeds);
      expect(Math.abs(disturbed.tookMs - undisturbed.tookMs)).toBeLessThan(3000);
      expect(world.toldEvents().some(({ type }) => type === 'clock_jumped')).toBe(true);
      expect(clockOf(world).last_jump).not.toBeNull();
    },
  );
});

function clockOf(world: World): DeviceState['clock'] {
  const text = world.broker.retained.get(`holdfast/v1/devices/${world.device}/state`) ?? '';
  const state: DeviceState = JSON.parse(text);
  return state.clock;
}

test('a device that boots in 1970 starts all that it ran, and says that its clock is wrong', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  const [before] = world.daemon.of('line');

  world.powerCut();
  world.clock.setWallTime('1970-01-01T00:00:00Z');
  await world.run(2 * MINUTE_MS);
  expect(world.up('line')).toEqual([before]);
  expect(clockOf(world)).toEqual({ synchronised: false, source: 'year', last_jump: null });

  world.clock.setWallTime('2026-11-23T08:00:00Z');
  await world.run(MINUTE_MS);
  expect(clockOf(world)).toMatchObject({ synchronised: true, source: 'timesyncd' });
  expect(clockOf(world).last_jump?.by_ms).toBeGreaterThan(50 * 365 * DAY_MS);
  expect(world.up('line')).toEqual([before]);
  expect(world.status('line')?.phase).toBe('converged');
});

test('the back-off of a failing service is not shortened or prolonged by a clock that is set', async ({
  makeWorld,
}) => {
  const runs: number[] = [];
  for (const trouble of [() => undefined, backwards, setBy(365 * DAY_MS)]) {
    const world = makeWorld();
    world.startAgent();
    world.publish(deployment({ revision: 1 }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    world.programs.set('registry.test/app:1', programs.crashesAtOnce);
    const [container] = world.up('line');
    container?.crash(1);
    await world.untilPhase('line', 'degraded', { revision: 1 });
    trouble(world);
    await world.run(HOUR_MS);
    runs.push(container?.runs ?? 0);
  }
  const [usual = 0, ...others] = runs;
  for (const other of others) expect(Math.abs(other - usual)).toBeLessThanOrEqual(2);
});

describe('a window', () => {
  /** Open from midnight to six, as the world begins. */
  const window = { cron: '0 0 * * *', zone: 'UTC', length: '6h' };
  const update = { healthy_after: '5s', deadline: '60s', window };

  test('waits for a synchronised clock, and then goes by it', async ({ makeWorld }) => {
    const world = makeWorld();
    world.clock.setWallTime('1970-01-01T01:00:00Z');
    world.startAgent();
    world.publish(deployment({ revision: 1, update }));
    const status = await world.untilPhase('line', 'waiting', { revision: 1 });
    expect(status.reason).toMatchObject({ code: 'clock_not_synchronised', path: 'update.window' });
    await world.run(HOUR_MS);
    expect(world.daemon.of('line')).toEqual([]);
    world.clock.setWallTime('2026-11-23T10:00:00Z');
    await world.until(() => world.status('line')?.reason?.code === 'window');
    world.clock.setWallTime('2026-11-24T00:30:00Z');
    await world.untilPhase('line', 'converged', { revision: 1 });
  });

  test('waits for the clock a day at most, restarts of the agent included', { timeout: 60_000 }, async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.host.clock = { isSynchronised: false, source: 'timesyncd' };
    world.startAgent();
    world.publish(deployment({ revision: 1, update }));
    await world.untilPhase('line', 'waiting', { revision: 1 });
    await world.run(12 * HOUR_MS);
    await world.restartAgent();
    await world.run(11 * HOUR_MS);
    expect(world.status('line')?.reason?.code).toBe('clock_not_synchronised');
    await world.untilPhase('line', 'converged', { revision: 1, maxMs: 3 * HOUR_MS });
  });

  test('that waits for the clock writes and tells it by the hour', { timeout: 60_000 }, async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.host.clock = { isSynchronised: false, source: 'timesyncd' };
    world.startAgent();
    world.publish(deployment({ revision: 1, update }));
    await world.untilPhase('line', 'waiting', { revision: 1 });
    const told = world.toldStatuses('line').length;
    await world.run(10 * HOUR_MS);
    expect(world.toldStatuses('line').length - told).toBeLessThanOrEqual(11);
  });
});

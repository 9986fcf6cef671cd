import { expect, test } from 'vitest';
import { HealthTracker } from '../../../agent/health/health-tracker.ts';
import type { Probe } from '../../../agent/model/desired-health.ts';
import { judgeHealth } from '../../../agent/model/health.ts';
import type { ObservedContainer } from '../../../agent/model/observed.ts';
import type { Beat, FilesOwner } from '../../../agent/ports/service-files.ts';
import { loudNotices } from '../../fakes/loud-notices.ts';
import { loudTasks } from '../../fakes/loud-tasks.ts';
import { fork } from '../../fakes/random.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { containerOf, present } from '../reconcile/situations.ts';

const HEARTBEAT: Probe = {
  ...{ kind: 'heartbeat', target: '/beat', file: 'loop', maxAge: '30s', maxAgeMs: 30_000 },
  ...{ intervalMs: 10_000, timeoutMs: 2000, failures: 3, graceMs: 5000 },
};

/** A container in no network, whose file shows the time of its last touch: `beat` touches it. */
function setUp(probe: Probe = HEARTBEAT) {
  const clock = new VirtualClock();
  const looks: { deployment: string; owner: FilesOwner; file: string }[] = [];
  let look: Beat = { kind: 'missing' };
  const tracker = new HealthTracker({
    clock,
    random: fork(1, 'heartbeat'),
    check: async () => 'a port was asked for',
    readBeat: async (deployment, { service, index, specHash }, file) => {
      looks.push({ deployment, owner: { service, index, specHash }, file });
      return look;
    },
    tasks: loudTasks,
    lastStallMs: () => Number.NEGATIVE_INFINITY,
    notices: loudNotices(),
  });
  const container = containerOf(present(1, { app: {} }), 'app', { address: null });
  const verdict = (at: Partial<ObservedContainer> = {}) => {
    const now = { ...container, ...at };
    const target = { container: now, probe, healthyAfterMs: 0 };
    const facts = tracker.track('line', [target], clock.monotonicMs()).get(now.id);
    return judgeHealth(now, probe, { facts, healthyAfterMs: 0, nowMs: clock.monotonicMs() });
  };
  let beats = 0;
  const beat = (): void => {
    beats += 1;
    look = { kind: 'touched', stamp: `beat ${beats}` };
  };
  const beatFor = async (ms: number): Promise<void> => {
    for (let past = 0; past < ms; past += 1000) {
      beat();
      await clock.advance(1000);
    }
  };
  const show = (next: Beat): void => {
    look = next;
  };
  return { clock, container, looks, tracker, show, verdict, beat, beatFor };
}

test('a service that touches its file is healthy, and looked at once in an interval', async () => {
  const { container, looks, verdict, beatFor } = setUp();
  expect(verdict().health).toBe('starting');
  await beatFor(3000);
  expect(verdict().health).toBe('healthy');
  const before = looks.length;
  await beatFor(600_000);
  expect(verdict().health).toBe('healthy');
  expect(looks.length - before).toBeLessThan(80);
  const owner = { service: 'app', index: 0, specHash: container.specHash };
  expect(looks[0]).toEqual({ deployment: 'line', owner, file: 'loop' });
});

test('one that stops is unhealthy after max_age and so many looks as failures', async () => {
  const { clock, verdict, beatFor } = setUp();
  verdict();
  await beatFor(60_000);
  await clock.advance(30_000);
  expect(verdict().health).toBe('healthy');
  await clock.advance(31_000);
  const { health, why } = verdict();
  expect(health).toBe('unhealthy');
  expect(why?.message).toBe('its probe fails: /beat/loop was not touched for more than 30s');
});

test('one that begins again is healthy again', async () => {
  const { clock, verdict, beatFor } = setUp();
  verdict();
  await beatFor(10_000);
  while (verdict().health !== 'unhealthy') await clock.advance(1000);
  await beatFor(3000);
  expect(verdict().health).toBe('healthy');
});

test('one that never touches it is unhealthy past grace and max_age', async () => {
  const { clock, verdict } = setUp();
  verdict();
  await clock.advance(29_000);
  expect(verdict().health).toBe('starting');
  await clock.advance(10_000);
  expect(verdict().health).toBe('unhealthy');
});

test('a file that is there already proves nothing, and condemns nobody before max_age', async () => {
  const { clock, verdict, beat } = setUp();
  beat();
  verdict();
  await clock.advance(28_000);
  expect(verdict().health).toBe('starting');
  beat();
  await clock.advance(1100);
  expect(verdict().health).toBe('healthy');
});

test('a clock that jumps back makes no beat stale, and one that jumps ahead none fresh', async () => {
  const { clock, verdict, show, beatFor } = setUp();
  verdict();
  await beatFor(10_000);
  show({ kind: 'touched', stamp: '0' });
  await clock.advance(35_000);
  expect(verdict().health).toBe('healthy');
  clock.setWallTime('2040-01-01T00:00:00Z');
  await clock.advance(60_000);
  expect(verdict().health).toBe('unhealthy');
});

test('a file that is taken away is no beat', async () => {
  const { clock, verdict, show, beatFor } = setUp();
  verdict();
  await beatFor(10_000);
  show({ kind: 'missing' });
  await clock.advance(80_000);
  expect(verdict().health).toBe('unhealthy');
});

test('one that fills its file is unhealthy, with a reason of its own', async () => {
  const { clock, verdict, show, beatFor } = setUp();
  verdict();
  await beatFor(10_000);
  show({ kind: 'filled' });
  await clock.advance(31_000);
  const { health, why } = verdict();
  expect(health).toBe('unhealthy');
  expect(why?.message).toBe('its probe fails: /beat/loop was filled; it is to be touched');
});

test('a container that is started again has to beat again', async () => {
  const { clock, verdict, beatFor } = setUp();
  verdict();
  await beatFor(10_000);
  expect(verdict().health).toBe('healthy');
  expect(verdict({ startedAt: 'start-2' }).health).toBe('starting');
  await clock.advance(5000);
  expect(verdict({ startedAt: 'start-2' }).health).toBe('starting');
});

test('with the container the looks end', async () => {
  const { clock, looks, tracker, verdict, beatFor } = setUp();
  verdict();
  await beatFor(10_000);
  tracker.track('line', [], clock.monotonicMs());
  const before = looks.length;
  await clock.advance(60_000);
  expect(looks.length).toBe(before);
  expect(clock.pendingCount).toBe(0);
});

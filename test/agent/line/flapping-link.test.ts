// A line that comes and goes every five seconds for an hour, with the whole agent behind it and no real time.
import { expect } from 'vitest';
import { DEFAULT_TOPIC_PREFIX, formatTopic } from '../../../protocol/topics.ts';
import { deployment } from '../../fakes/deployments.ts';
import type { World } from '../../fakes/world.ts';
import { test } from '../whole/world-test.ts';

const FLAP_MS = 5000;
const FLAPS = 3_600_000 / FLAP_MS;
const DEVICE = 'edge-01';
const PRESENCE = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'presence', device: DEVICE });

/** When the device said that it is online, in milliseconds. */
function connectsOf(world: World): number[] {
  return world.broker.taken
    .filter(({ topic, payload }) => topic === PRESENCE && JSON.parse(payload).online === true)
    .map(({ atMs }) => atMs);
}

test.for([1, 2, 3])(
  'seed %i: the hour ends with all delivered, once the line stands',
  { timeout: 60_000 },
  async (seed, { makeWorld }) => {
    const world = makeWorld({ seed });
    world.startAgent();
    world.publish(deployment({ revision: 1 }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    await world.run(60_000);
    const waitsBefore = world.clock.pendingCount;
    const beganMs = world.clock.monotonicMs();

    for (let flap = 1; flap <= FLAPS; flap += 1) {
      if (flap % 2 === 1) world.broker.goDown();
      else world.broker.comeUp();
      if (flap % 120 === 0) world.publish(deployment({ revision: 1 + flap / 120 }));
      // Something to tell: the service falls over every few minutes.
      if (flap % 50 === 0) world.up('line')[0]?.crash(1);
      await world.run(FLAP_MS);
    }
    const connects = connectsOf(world).filter((atMs) => atMs >= beganMs);
    world.broker.comeUp();
    await world.run(10 * 60_000);

    expect(world.status('line')).toMatchObject({ phase: 'converged', running: { revision: 7 } });
    const numbers = new Set(world.toldEvents().map((event) => event.seq));
    expect([...numbers].toSorted((a, b) => a - b)).toEqual(Array.from(numbers, (_, index) => index + 1));
    expect(world.toldEvents().filter(({ type }) => type === 'service_failed').length).toBeGreaterThan(5);
    expect((await world.localStatus()).outbox).toEqual({ events: 0, statuses: 0 });
    expect(JSON.parse(world.broker.retained.get(PRESENCE) ?? '')).toMatchObject({ online: true });
    // Nothing is left of 720 flaps but what an idle agent waits for anyway.
    expect(world.clock.pendingCount).toBeLessThan(waitsBefore + 10);

    expect(connects.length).toBeGreaterThan(10);
    expect(connects.length).toBeLessThan(FLAPS / 2);
    // Jittered: the tries do not fall into step with the line.
    const offsets = new Set(connects.map((atMs) => Math.floor((atMs - beganMs) % (2 * FLAP_MS)) / 100));
    expect(offsets.size).toBeGreaterThan(connects.length / 2);
  },
);

// An engine that shows a container otherwise than it was asked, on a whole device: no storm of creations, and a reason.
import { expect } from 'vitest';
import { deployment } from '../../fakes/deployments.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

/** It names no network of a container. */
function hideNetworks({ daemon }: World): () => void {
  const observe = daemon.observe.bind(daemon);
  daemon.observe = (name) => {
    const seen = observe(name);
    return { ...seen, containers: seen.containers.map((container) => ({ ...container, networks: [] })) };
  };
  return () => {
    daemon.observe = observe;
  };
}

test('a container that is made and removed again and again is told, and goes on once the engine does', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const heal = hideNetworks(world);
  let made = 0;
  world.daemon.witnesses.push((event) => {
    if (event === 'create') made += 1;
  });
  world.startAgent();
  world.publish(deployment({ revision: 1, update: { healthy_after: '5s', deadline: '1h' } }));
  await world.run(10 * 60_000);
  expect(made).toBeGreaterThan(5);
  expect(made).toBeLessThan(25);
  expect(world.status('line')).toMatchObject({
    ...{ phase: 'switching', running: null },
    reason: { code: 'no_progress', path: 'services.app' },
  });
  expect(world.trace.join('\n')).toMatch(/warn loop: switching to revision 1: create_container \(6 times\)/);
  heal();
  await world.untilPhase('line', 'converged', { revision: 1 });
  expect(world.status('line')?.reason).toBeNull();
});

// Files of services on the host: there before the engine needs them, and gone once no container bears them.
import { expect } from 'vitest';
import { deployment } from '../../fakes/deployments.ts';
import { NO_FILES } from '../../fakes/no-files.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

/** Notes what becomes of files: those that stand, by service and hash, and what a step found before it. */
function withFiles(world: World): { readonly standing: Set<string>; readonly missing: string[] } {
  const standing = new Set<string>();
  const missing: string[] = [];
  world.files = {
    ...NO_FILES,
    prepare: (deployment, { name, hash }) => {
      standing.add(`${deployment} ${name} ${hash}`);
      return Promise.resolve({ ok: true, mounts: [] });
    },
    collect: (deployment, owners) => {
      const kept = new Set(owners.map(({ service, specHash }) => `${deployment} ${service} ${specHash}`));
      for (const one of standing) if (!kept.has(one)) standing.delete(one);
      return Promise.resolve();
    },
  };
  world.daemon.stepListeners.push((name, step) => {
    if (step.kind !== 'create_container' && step.kind !== 'start_container') return;
    const files = `${name} ${step.spec.name} ${step.spec.hash}`;
    if (!standing.has(files)) missing.push(`${step.kind} ${files}`);
  });
  return { standing, missing };
}

test('they are there before each create and start, and only those stay that a container bears', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const { standing, missing } = withFiles(world);
  world.startAgent();
  for (const revision of [1, 2]) {
    world.publish(deployment({ revision }));
    await world.untilPhase('line', 'converged', { revision });
  }
  await world.until(() => world.daemon.of('line').length === 1, { what: 'the old container is gone' });
  await world.run(60_000);
  expect(missing).toEqual([]);
  expect([...standing]).toEqual(world.daemon.of('line').map(({ spec }) => `line app ${spec.hash}`));
});

test('those that are gone, as after a boot, are there again before the start', async ({ makeWorld }) => {
  const world = makeWorld();
  const { standing, missing } = withFiles(world);
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  standing.clear();
  const [container] = world.daemon.of('line');
  container?.kill();
  await world.run(60_000);
  expect(missing).toEqual([]);
});

test('those that a copy may have mounted stay', async ({ makeWorld }) => {
  const world = makeWorld();
  const { standing } = withFiles(world);
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  const [ours] = world.daemon.of('line');
  if (ours === undefined) throw new Error('one container was expected');
  world.daemon.copy(ours, { name: 'dbg' });
  world.publish(deployment({ revision: 2 }));
  await world.untilPhase('line', 'converged', { revision: 2 });
  await world.run(60_000);
  expect([...standing]).toContain(`line app ${ours.spec.hash}`);
  expect(standing.size).toBe(2);
});

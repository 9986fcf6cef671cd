// The journal alone must answer "why was it restarted at three in the morning".
import { expect } from 'vitest';
import { absent, deployment } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

/** What the loops wrote at the default level, without times and fields, and without the steps to get there. */
function story(world: World): string[] {
  return world.trace.flatMap((line) => {
    const told = /^\S+ (?<level>info|warn|error) loop: (?<text>.*?) \{/.exec(line)?.groups;
    return told === undefined ? [] : [`${told.level} ${told.text}`];
  });
}

function fieldsOf(world: World, text: string): unknown {
  const line = world.trace.find((one) => one.includes(text)) ?? '{}';
  return JSON.parse(line.slice(line.indexOf('{')));
}

test('a service that crashes once: why, that it was started again, and when all is well', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const crash = programs.changesAfter(1, programs.exitsAfter(60_000, 1), programs.healthy);
  world.programs.set('registry.test/app:1', crash);
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged');
  await world.run(120_000);
  expect(story(world)).toEqual([
    'info the images of revision 1 are fetched',
    'info switching to revision 1',
    'info revision 1 was started and has to stay healthy',
    'info revision 1 runs and is healthy',
    'warn service app failed: it exited with code 1; the engine has started it again',
    'warn revision 1 is not well: it exited with code 1',
    'info service app is healthy again',
    'info revision 1 runs and is healthy',
  ]);
  expect(fieldsOf(world, 'service app failed')).toMatchObject({
    ...{ deployment: 'line', service: 'app', code: 'exited', exit_code: 1, restarts: 1 },
  });
});

test('a loop that hangs: what its probe said, and that the agent started it again', async ({ makeWorld }) => {
  const world = makeWorld();
  world.programs.set(
    'registry.test/app:1',
    programs.changesAfter(1, programs.hangsAfter(60_000), programs.healthy),
  );
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged');
  await world.run(180_000);
  expect(story(world).slice(4)).toEqual([
    expect.stringMatching(/^warn service app failed: its probe fails: /),
    expect.stringMatching(/^warn revision 1 is not well: its probe fails: /),
    'info service app was started again',
    'info service app is healthy again',
    'info revision 1 runs and is healthy',
  ]);
});

test('a bad update: which revision did not prove itself and why, with its last words, and what runs now', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.programs.set('registry.test/app:2', programs.crashesAtOnce);
  world.publish(deployment({ revision: 2 }));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  expect(story(world).slice(-4)).toEqual([
    'warn revision 2 did not prove itself: it exited with code 1',
    'warn going back to revision 1: it exited with code 1',
    'info service app is healthy again',
    'warn revision 1 runs again: it exited with code 1',
  ]);
  expect(fieldsOf(world, 'did not prove itself')).toMatchObject({
    ...{ deployment: 'line', revision: 2, code: 'exited', path: 'services.app' },
    log: expect.arrayContaining([expect.stringContaining('ValueError')]),
  });
});

test('an image that cannot be had: that the old revision runs on', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.registry.push('registry.test/app:2', { architectures: ['s390x'] });
  world.publish(deployment({ revision: 2 }));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  expect(story(world).at(-1)).toMatch(/^warn revision 2 cannot be had, revision 1 runs on: /);
});

test('a removal, step by step only where one debugs', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged');
  world.publish(absent(2));
  await world.untilPhase('line', 'removed');
  expect(story(world).slice(-2)).toEqual(['info removing it', 'info removed']);
  expect(world.trace.some((line) => line.includes('debug loop: step {"deployment":"line"'))).toBe(true);
});

// A container is given the grace that it was made with, whatever stops it and whatever is asked by then.
import { expect } from 'vitest';
import { absent, deployment, PROBE } from '../../fakes/deployments.ts';
import { type Program, programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const IMAGE = 'registry.test/db:1';
const TAKES_MS = 15_000;
const slow = programs.slowToStop(TAKES_MS);
const patient = { image: IMAGE, probe: PROBE, stop_grace_period: '40s' };
const other = { image: 'registry.test/other:1', probe: PROBE };

/** A database that needs 15 s to stop, and was promised 40. */
async function run(world: World, program: Program = slow): Promise<void> {
  world.programs.set(IMAGE, program);
  world.startAgent();
  world.publish(deployment({ revision: 1, services: { db: patient, other } }));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

/** Exit codes of the database's containers as each ended. */
function watchExits(world: World): number[] {
  const codes: number[] = [];
  world.daemon.witnesses.push((event, { spec, exitCode }) => {
    if (event === 'die' && spec.service.image.text === IMAGE) codes.push(exitCode);
  });
  return codes;
}

const ends: readonly (readonly [string, object])[] = [
  ['a removal', absent(2)],
  ['a revision without it', deployment({ revision: 2, services: { other } })],
  [
    'a revision with a shorter grace',
    deployment({ revision: 2, services: { db: { ...patient, stop_grace_period: '2s' }, other } }),
  ],
];
test.for(ends)('%s lets it end by itself', async ([, document], { makeWorld }) => {
  const world = makeWorld();
  await run(world);
  const codes = watchExits(world);
  world.publish({ name: 'line', ...document });
  await world.until(() => codes.length > 0, { what: 'its end' });
  expect(codes).toEqual([143]);
});

test('a rollback lets the failed revision end by itself', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  const short = { image: 'registry.test/db:0', probe: PROBE, stop_grace_period: '1s' };
  world.publish(deployment({ revision: 1, services: { db: short } }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.programs.set(IMAGE, (context) => ({ ...programs.neverAnswers(context), stopTakesMs: TAKES_MS }));
  const codes = watchExits(world);
  world.publish(deployment({ revision: 2, services: { db: patient } }));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  expect(new Set(codes)).toEqual(new Set([143]));
});

test('a restart, and the stop in a crash loop, let it end by itself', async ({ makeWorld }) => {
  const world = makeWorld();
  const sick = (context: Parameters<Program>[0]) => ({
    ...programs.hangsAfter(60_000)(context),
    stopTakesMs: TAKES_MS,
  });
  await run(world, sick);
  const codes = watchExits(world);
  world.programs.set(IMAGE, (context) => ({ ...programs.neverAnswers(context), stopTakesMs: TAKES_MS }));
  await world.until(() => codes.length > 3, { what: 'restarts, and stops between them' });
  expect(new Set(codes)).toEqual(new Set([143]));
});

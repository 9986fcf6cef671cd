// Seeded worlds in which everything goes wrong for a while, and then nothing: the end must be good, and the
// promises must have held all along.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { between, fork, pick } from '../../fakes/random.ts';
import { watchForTwins } from '../../fakes/watches.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);
const MINUTE_MS = 60_000;
const REVISIONS = 6;

/** What differs from world to world, besides luck. */
interface Kind {
  readonly strategy: 'stop-first' | 'start-first';
  readonly restart: string;
  /** Whether a job has to be done before the service starts. */
  readonly hasJob: boolean;
}

function kindOf(seed: number): Kind {
  const random = fork(seed, 'kind');
  return {
    strategy: random() < 0.5 ? 'stop-first' : 'start-first',
    restart: pick(random, ['always', 'always', 'on-failure', 'on-failure:3']),
    hasJob: random() < 0.3,
  };
}

function documentOf({ strategy, restart, hasJob }: Kind, revision: number) {
  const job = { image: `registry.test/job:${revision}`, restart: 'on-failure' };
  const afterJob = { depends_on: { job: { condition: 'service_completed_successfully' } } };
  const app = {
    ...{ image: `registry.test/app:${revision}`, probe: PROBE, restart },
    ...{ networks: { default: {}, back: {} }, ...(hasJob ? afterJob : {}) },
  };
  const helper = {
    image: 'registry.test/helper:1',
    depends_on: { app: { condition: 'service_healthy' } },
  };
  return deployment({
    revision,
    services: { app, helper, ...(hasJob ? { job } : {}) },
    networks: { back: {} },
    update: { strategy, healthy_after: '5s', deadline: '2m' },
  });
}

const mishaps: readonly [(world: World) => void, ...((world: World) => void)[]] = [
  (world) => world.powerCut(),
  (world) => world.killAgent(),
  (world) => world.restartEngine(),
  (world) => world.restartEngine({ isLiveRestore: true }),
  (world) => world.broker.disconnect(),
  (world) => {
    world.broker.goDown({ isForgetful: true });
    world.clock.schedule(2 * MINUTE_MS, () => world.broker.comeUp());
  },
  (world) => {
    world.registry.isReachable = false;
    world.clock.schedule(3 * MINUTE_MS, () => {
      world.registry.isReachable = true;
    });
  },
  (world) => world.up('line')[0]?.crash(1),
  (world) => world.up('line')[0]?.kill(),
  (world) => {
    const [container] = world.up('line');
    if (container !== undefined) world.daemon.remove(container.id);
  },
  (world) => world.clock.setWallTime('1970-01-01T00:00:00Z'),
];

/** An hour of trouble, with a new revision every ten minutes; about every third is broken. */
async function suffer(world: World, kind: Kind): Promise<void> {
  const random = fork(world.seed, 'mishaps');
  world.faults.rate = between(random, 0, 0.1);
  world.broker.trouble.duplicated = 0.1;
  world.broker.trouble.lostAnswers = 0.02;
  for (let revision = 2; revision <= REVISIONS; revision += 1) {
    world.programs.set(`registry.test/job:${revision}`, programs.exitsAfter(3000, 0));
    const isBroken = random() < 0.35;
    const program = pick(random, [programs.crashesAtOnce, programs.neverAnswers, programs.hangsAfter(8000)]);
    if (isBroken) world.programs.set(`registry.test/app:${revision}`, program);
    world.publish(documentOf(kind, revision));
    for (let n = 0; n < 4; n += 1) {
      await world.run(between(random, 0, 5 * MINUTE_MS));
      if (world.isAgentUp) world.engine.eventLoss = random() < 0.3 ? 1 : 0;
      pick(random, mishaps)(world);
    }
  }
}

test.for(SEEDS)(
  'seed %i: ends well, and kept its promises',
  { timeout: 60_000 },
  async (seed, { makeWorld }) => {
    const world = makeWorld({ seed });
    const kind = kindOf(seed);
    const twins = kind.strategy === 'stop-first' ? watchForTwins(world) : [];
    for (const revision of [1, REVISIONS + 1])
      world.programs.set(`registry.test/job:${revision}`, programs.exitsAfter(3000, 0));
    world.startAgent();
    world.publish(documentOf(kind, 1));
    await world.untilPhase('line', 'converged', { revision: 1 });
    await suffer(world, kind);

    world.faults.clear();
    world.broker.trouble.duplicated = 0;
    world.broker.trouble.lostAnswers = 0;
    const last = REVISIONS + 1;
    world.publish(documentOf(kind, last));
    await world.untilPhase('line', 'converged', { revision: last, maxMs: 60 * MINUTE_MS });
    await world.run(30 * MINUTE_MS);

    expect(world.status('line')).toMatchObject({ phase: 'converged', running: { revision: last } });
    expect(
      world.daemon
        .of('line')
        .map(({ spec, state }) => `${spec.name} ${state}`)
        .toSorted(),
    ).toEqual(['app running', 'helper running', ...(kind.hasJob ? ['job exited'] : [])]);
    expect(twins).toEqual([]);
  },
);

test('the same seed gives the same run, line by line', async ({ makeWorld }) => {
  const traces: string[][] = [];
  for (let n = 0; n < 2; n += 1) {
    const world = makeWorld({ seed: 7 });
    const kind = kindOf(7);
    world.programs.set('registry.test/job:1', programs.exitsAfter(3000, 0));
    world.startAgent();
    world.publish(documentOf(kind, 1));
    await world.untilPhase('line', 'converged', { revision: 1 });
    await suffer(world, kind);
    traces.push([...world.trace]);
  }
  expect(traces[1]).toEqual(traces[0]);
  expect(traces[0]?.length).toBeGreaterThan(300);
});

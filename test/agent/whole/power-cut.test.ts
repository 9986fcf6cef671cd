// Cuts at every border: the same scenario again and again, ended after its first, second, third … write to
// the store and event of the engine, and within a write: between any two changes that SQLite makes to the disk,
// of which those not yet synced are lost, torn or kept. Whatever was half done, it must come to a good end.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { fork } from '../../fakes/random.ts';
import { watchForTwins } from '../../fakes/watches.ts';
import { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

interface Scenario {
  readonly name: string;
  readonly isBroken: boolean;
  readonly strategy: 'stop-first' | 'start-first';
  /** Whether something runs already when the document comes. */
  readonly isUpdate: boolean;
}

const services = (revision: number) => ({
  app: { image: `registry.test/app:${revision}`, probe: PROBE, networks: { default: {}, back: {} } },
  helper: {
    image: `registry.test/helper:${revision}`,
    depends_on: { app: { condition: 'service_healthy' } },
  },
});

function documentOf({ strategy }: Scenario, revision: number) {
  const update = { strategy, healthy_after: '3s', deadline: '60s' };
  return deployment({ revision, services: services(revision), networks: { back: {} }, update });
}

/** Brings the world to the moment before the document that everything is about. */
async function prepare(world: World, scenario: Scenario): Promise<void> {
  world.startAgent();
  if (!scenario.isUpdate) return;
  world.publish(documentOf(scenario, 1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  if (scenario.isBroken) world.programs.set('registry.test/app:2', programs.crashesAtOnce);
}

type Cut = (world: World) => void;

/** Arms the cut at the nth border of one kind; tells whether it was reached. */
const borders = {
  'store write': (world: World, nth: number, cut: Cut): (() => boolean) => {
    const first = world.writes;
    let isReached = false;
    world.onWrite = (_name, count) => {
      if (isReached || count - first < nth) return;
      isReached = true;
      cut(world);
    };
    return () => isReached;
  },
  'engine event': (world: World, nth: number, cut: Cut): (() => boolean) => {
    let seen = 0;
    world.daemon.witnesses.push(() => {
      seen += 1;
      // The engine is in the midst of it: the cut falls in the same moment, after it.
      if (seen === nth) world.clock.schedule(0, () => cut(world));
    });
    return () => seen >= nth;
  },
  'change of the disk': (world: World, nth: number, cut: Cut): (() => boolean) => {
    let seen = 0;
    world.disk.onChange = () => {
      seen += 1;
      if (seen === nth) cut(world);
    };
    return () => seen >= nth;
  },
} as const;

const scenarios: readonly Scenario[] = [
  { name: 'a first deployment', isBroken: false, strategy: 'stop-first', isUpdate: false },
  { name: 'an update stop-first', isBroken: false, strategy: 'stop-first', isUpdate: true },
  { name: 'an update start-first', isBroken: false, strategy: 'start-first', isUpdate: true },
  { name: 'a broken update stop-first', isBroken: true, strategy: 'stop-first', isUpdate: true },
  { name: 'a broken update start-first', isBroken: true, strategy: 'start-first', isUpdate: true },
];

const cuts = {
  'the power goes': (world: World) => world.powerCut(),
  'the agent is killed': (world: World) => world.killAgent(),
} as const;

const cases = scenarios.flatMap((scenario) =>
  (['store write', 'engine event'] as const).flatMap((border) =>
    (['the power goes', 'the agent is killed'] as const).map((cut) => ({ scenario, border, cut })),
  ),
);

test.for(cases)(
  '$scenario.name ends well when $cut after any $border',
  { timeout: 60_000 },
  async ({ scenario, border, cut }) => {
    const failures: string[] = [];
    let isReached = true;
    for (let nth = 1; isReached; nth += 1) {
      const world = new World({ seed: nth });
      try {
        isReached = await endsWell(world, scenario, { border, nth, cut: cuts[cut] });
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        failures.push(`cut at ${border} ${nth}: ${message}`);
      } finally {
        world.close();
      }
    }
    expect(failures.map((failure) => failure.split('\n')[0])).toEqual([]);
  },
);

/** Five scenarios of them: more than 500 cuts. */
const CUTS_WITHIN_WRITES = 110;

test.for(scenarios)(
  '$name ends well when the power goes within a write',
  { timeout: 60_000 },
  async (scenario) => {
    const borderCount = await countDiskChanges(scenario);
    const failures: string[] = [];
    // Chance makes some runs shorter than the one that was counted, and then there is no such change to cut at.
    let cutCount = 0;
    for (let seed = 1; seed <= CUTS_WITHIN_WRITES; seed += 1) {
      const world = new World({ seed });
      const nth = 1 + Math.floor(fork(seed, 'cut')() * borderCount);
      try {
        const cut = { border: 'change of the disk', nth, cut: cuts['the power goes'] } as const;
        if (await endsWell(world, scenario, cut)) cutCount += 1;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        failures.push(`seed ${seed}, change ${nth} of the disk: ${message}`);
      } finally {
        world.close();
      }
    }
    expect(failures.map((failure) => failure.split('\n')[0])).toEqual([]);
    expect(cutCount).toBeGreaterThanOrEqual(100);
  },
);

/** Changes of the disk until the scenario has come to its end. */
async function countDiskChanges(scenario: Scenario): Promise<number> {
  const world = new World();
  await prepare(world, scenario);
  let count = 0;
  world.disk.onChange = () => {
    count += 1;
  };
  world.publish(documentOf(scenario, scenario.isUpdate ? 2 : 1));
  await world.untilPhase('line', scenario.isBroken ? 'rolled_back' : 'converged', {
    revision: scenario.isUpdate ? 2 : 1,
  });
  world.close();
  return count;
}

async function endsWell(
  world: World,
  scenario: Scenario,
  { border, nth, cut }: { border: keyof typeof borders; nth: number; cut: Cut },
): Promise<boolean> {
  const twins = scenario.strategy === 'stop-first' ? watchForTwins(world) : [];
  await prepare(world, scenario);
  const isReached = borders[border](world, nth, cut);
  const revision = scenario.isUpdate ? 2 : 1;
  world.publish(documentOf(scenario, revision));
  const end = scenario.isBroken ? 'rolled_back' : 'converged';
  await world.untilPhase('line', end, { revision });
  await world.run(2 * 60_000);
  await world.untilPhase('line', end, { revision });
  const right = scenario.isBroken ? 1 : revision;
  expect(world.status('line')?.running?.revision).toBe(right);
  expect(showContainers(world)).toEqual([`app r${right} running`, `helper r${right} running`]);
  expect(twins).toEqual([]);
  expect(world.fatal).toEqual([]);
  return isReached();
}

function showContainers(world: World): string[] {
  return world.daemon
    .of('line')
    .map(({ spec, state }) => `${spec.name} r${spec.revision} ${state}`)
    .toSorted();
}

test('the scenarios are long enough to be worth it', async ({ makeWorld }) => {
  const world = makeWorld();
  const [, update] = scenarios;
  if (update === undefined) throw new Error('no scenario');
  await prepare(world, update);
  const before = world.writes;
  world.publish(documentOf(update, 2));
  await world.untilPhase('line', 'converged', { revision: 2 });
  expect(world.writes - before).toBeGreaterThan(20);
});

// The agent is killed with SIGKILL at a border between phases and at random moments, by seed. Each time it must
// come to the right end, with no twin, no gap, no revision lost, and nothing unproven called converged.
import { expect } from 'vitest';
import { PHASE_TABLE } from '../../../agent/model/phases.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { between, fork, pick } from '../../fakes/random.ts';
import type { Standing } from '../../fakes/standing.ts';
import { watchBorders, watchForGaps, watchForTwins, watchStartTimes } from '../../fakes/watches.ts';
import type { World } from '../../fakes/world.ts';
import { documentOf, HEALTHY_AFTER_MS, type Scenario, scenarios } from './kill-scenarios.ts';
import { test } from './world-test.ts';

const RUNS_PER_SCENARIO = 20;
/** About as long as a scenario takes. */
const SPAN_MS = 25_000;
const HELD_MS = 12_000;

interface Run {
  readonly seed: number;
  readonly scenario: Scenario;
  /** The phase at whose border the first kill falls. */
  readonly border: Standing;
  /** When the others come, in milliseconds from the first document on. */
  readonly killsAtMs: readonly number[];
}

const runs: readonly Run[] = Array.from({ length: RUNS_PER_SCENARIO * scenarios.length }, (_, index) => {
  const scenario = scenarios[index % scenarios.length] ?? fail('no scenario');
  const nth = Math.floor(index / scenarios.length);
  const border = scenario.borders[nth % scenario.borders.length] ?? fail('no border');
  const random = fork(index, 'kills');
  const further = pick(random, [0, 1, 2]);
  const killsAtMs = Array.from({ length: further }, () => Math.round(between(random, 0, SPAN_MS)));
  return { seed: index + 1, scenario, border, killsAtMs };
});

function fail(what: string): never {
  throw new Error(what);
}

/** Borders at which an agent was killed, by scenario. */
const hit = new Set<string>();

test.for(runs)('seed $seed: $scenario.name, killed at $border', async (run, { makeWorld }) => {
  const world = makeWorld({ seed: run.seed });
  try {
    await survive(world, run);
  } catch (error) {
    const again = `vitest run --project unit test/agent/whole/kills.test.ts -t 'seed ${run.seed}:'`;
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}\nkilled at ${run.border} and ${run.killsAtMs.join(', ')} ms; again: ${again}`, {
      cause: error,
    });
  }
});

test('an agent was killed at every border of every scenario, and so in every phase of the table', () => {
  const wanted = scenarios.flatMap(({ name, borders }) => borders.map((border) => `${name}: ${border}`));
  expect([...hit].toSorted()).toEqual(wanted.toSorted());
  const phases = new Set(scenarios.flatMap(({ borders }) => borders));
  expect([...phases].toSorted()).toEqual(Object.keys(PHASE_TABLE).toSorted());
});

async function survive(world: World, run: Run): Promise<void> {
  const { scenario } = run;
  const random = fork(run.seed, 'play');
  const startedAtMs = watchStartTimes(world);
  const broken = scenario.strategy === 'stop-first' ? watchForTwins(world) : [];
  await prepare(world, scenario, pick(random, [programs.crashesAtOnce, programs.neverAnswers]));
  const isGapless = scenario.strategy === 'start-first';
  const gaps = isGapless ? watchForGaps(world, { deployment: 'line', service: 'app', atLeast: 1 }) : [];

  let isHit = false;
  watchBorders(world, 'line', (entered, left) => {
    // What is proven once needs no second proof after a repair, but to work again.
    const proofMs = left === 'degraded' ? 0 : HEALTHY_AFTER_MS;
    if (entered === 'converged') broken.push(...faultsOfProof(world, startedAtMs, proofMs));
    if (entered !== run.border || isHit) return;
    isHit = true;
    hit.add(`${scenario.name}: ${entered}`);
    world.killAgent();
  });
  for (const atMs of run.killsAtMs) world.clock.schedule(atMs, () => world.killAgent());

  await play(world, scenario, random);
  const last = scenario.sent.at(-1)?.revision ?? 1;
  for (let look = 0; look < 2; look += 1) {
    await world.untilPhase('line', scenario.end, { revision: last });
    await world.run(2 * 60_000);
  }
  expect(showContainers(world)).toEqual(containersAtEnd(scenario, last));
  expect(world.standing('line')).toBe(scenario.end);
  expect([...broken, ...gaps]).toEqual([]);
  checkTold(world, scenario);
}

async function prepare(world: World, scenario: Scenario, sick: typeof programs.healthy): Promise<void> {
  if (scenario.bad !== null) world.programs.set(`registry.test/app:${scenario.bad}`, sick);
  world.startAgent();
  if (!scenario.isRunning) return;
  world.publish(documentOf(scenario, { revision: 1, state: 'present' }));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

async function play(world: World, scenario: Scenario, random: () => number): Promise<void> {
  if (scenario.mishap === 'held') {
    world.host.held.add('line');
    world.clock.schedule(HELD_MS, () => world.host.held.delete('line'));
  }
  if (scenario.mishap === 'container lost') {
    const [app] = world.up('line', 'app');
    if (app !== undefined) world.daemon.remove(app.id);
    await world.run(SPAN_MS);
  }
  for (const sent of scenario.sent) {
    if (sent.when === 'midway') await world.run(between(random, 0, SPAN_MS / 2));
    if (sent.when === 'once failed') await world.untilPhase('line', 'failed');
    world.publish(documentOf(scenario, sent));
  }
}

/** Why a deployment that is just stored as converged is not: what runs, and whether it has shown it for long enough. */
function faultsOfProof(world: World, startedAtMs: ReadonlyMap<string, number>, proofMs: number): string[] {
  return ['app', 'helper'].flatMap((service) => {
    const answering = world.daemon.of('line', service).filter(({ isAnswering }) => isAnswering);
    const newest = Math.max(...answering.map(({ id }) => startedAtMs.get(id) ?? Number.NaN));
    const ranMs = world.clock.monotonicMs() - newest;
    return answering.length > 0 && ranMs >= proofMs ? [] : [`${service} called converged after ${ranMs} ms`];
  });
}

function showContainers(world: World): string[] {
  return world.daemon
    .of('line')
    .map(({ spec, state }) => `${spec.service.image.text} ${state}`)
    .toSorted();
}

function containersAtEnd({ end }: Scenario, last: number): string[] {
  if (end === 'removed') return [];
  const revision = end === 'rolled_back' ? 1 : last;
  return [`registry.test/app:${revision} running`, 'registry.test/helper:1 running'];
}

/** No desired revision is forgotten again, and none that did not prove itself is called converged or said to run. */
function checkTold(world: World, { bad }: Scenario): void {
  const told = world.toldStatuses('line').toSorted((a, b) => a.seq - b.seq);
  const desired = told.map((status) => status.desired?.revision ?? 0);
  expect(desired).toEqual(desired.toSorted((a, b) => a - b));
  expect(told.filter(({ running }) => bad !== null && running?.revision === bad)).toEqual([]);
  const converged = told.filter(({ phase }) => phase === 'converged');
  expect(converged.filter((status) => status.running?.hash !== status.desired?.hash)).toEqual([]);
}

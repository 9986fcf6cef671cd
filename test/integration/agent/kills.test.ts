// kill -9 at seeded moments of real updates: whatever was half done, the next agent brings it to a good end, and
// the promises have held all along. What is killed here on the real engine is killed at every single border on
// the fake one, in test/agent/whole/power-cut.test.ts.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { between, fork, pick } from '../../fakes/random.ts';
import type { AgentProcess } from '../support/agent-process.ts';
import { type Document, hello, PROBE, present, type Service, slowToStop } from '../support/documents.ts';
import { InstanceWatch } from '../support/instance-watch.ts';
import type { Manager } from '../support/manager.ts';
import type { Identity } from '../support/test-engine.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const images = inject('rig').images;
/** Lives side by side, each of an agent of its own, on which every kill hits an update of each strategy. */
const SEEDS = [1, 2, 3];
const KILLS_PER_LIFE = 10;
/** Steps that two updates take together, a good one and one that goes back; a later kill finds all settled. */
const MOST_STEPS = 11;
const HEALTHY_AFTER_MS = 1500;
const SETTLED_WITHIN_MS = 60_000;
/** The machine may be slow, and the deadline is not what this is about. */
const TIMES = { healthy_after: `${HEALTHY_AFTER_MS}ms`, deadline: '2m' } as const;

type Strategy = 'stop-first' | 'start-first';

/** One deployment and what stands of it. */
interface Line {
  readonly name: string;
  readonly strategy: Strategy;
  readonly watch: InstanceWatch;
  /** The revision that last proved itself, and its container. */
  proven: { readonly revision: number; readonly identity: Identity };
}

interface Update {
  readonly line: Line;
  readonly revision: number;
  readonly isGood: boolean;
  readonly service: Service;
}

interface Moment {
  /** After so many steps of this agent, or when nothing is left to do. */
  readonly steps: number;
  readonly thenMs: number;
}

interface Life {
  readonly world: World;
  readonly manager: Manager;
  readonly random: () => number;
}

test.concurrent.for(SEEDS)(
  'seed %i: updates whose agent is killed at any moment end well, with no instance too many or too few',
  { timeout: 480_000 },
  async (seed, { onTestFinished }) => {
    const world = new World();
    onTestFinished(() => world.close());
    const { manager, agent: first } = await world.start();
    const life: Life = { world, manager, random: fork(seed, 'kills') };
    let agent = first;
    const lines = [await beginLine(life, 'stop-first'), await beginLine(life, 'start-first')];
    let kills = 0;
    for (let revision = 2; kills < KILLS_PER_LIFE; revision += 1) {
      const updates = lines.map((line) => updateOf(life, line, revision));
      const moments = momentsOf(life).slice(0, KILLS_PER_LIFE - kills);
      kills += moments.length;
      try {
        agent = await killDuring(life, agent, { updates, moments });
        for (const update of updates) await endsWell(life, update);
      } catch (cause) {
        throw new Error(`seed ${seed}, ${tell(updates, moments)}: ${String(cause)}`, { cause });
      }
    }
  },
);

async function beginLine({ world, manager }: Life, strategy: Strategy): Promise<Line> {
  const name = world.name(strategy);
  const watch = await InstanceWatch.begin(world.engine, name);
  world.defer(() => watch.close());
  await manager.publish(name, documentOf(name, strategy, { revision: 1, service: goodService(1) }));
  await manager.phase(name, 'converged', 1);
  return { name, strategy, watch, proven: { revision: 1, identity: await world.engine.identity(name) } };
}

/** Of two updates at a time one is good and one is not. */
function updateOf({ random }: Life, line: Line, revision: number): Update {
  const isGood = (revision % 2 === 0) === (line.strategy === 'stop-first');
  return { line, revision, isGood, service: isGood ? goodService(revision) : badService(random, revision) };
}

/** No two revisions have the same content, or the later of two bad ones would be barred at once. */
function goodService(revision: number): Service {
  const image = images[revision % 2 === 0 ? 'hello:1.1.0' : 'hello:1.0.0'].reference;
  const probe = { ...PROBE, interval: '200ms', grace: '20s' } as const;
  return slowToStop(image, { probe, environment: { GREETING: `Round ${revision}` } });
}

function badService(random: () => number, revision: number): Service {
  const environment = { CRASH_AFTER: '0.1', GREETING: `Round ${revision}` };
  const crashing = { ...hello(images['hello:crash'].reference), environment };
  const probe = { ...PROBE, interval: '200ms', grace: '300ms' } as const;
  const sick = { ...hello(images['hello:broken'].reference, { probe }), environment };
  return pick(random, [crashing, { ...crashing, restart: 'no' }, sick]);
}

function documentOf(
  name: string,
  strategy: Strategy,
  { revision, service }: { revision: number; service: Service },
): Document {
  return present(name, revision, { hello: service }, { update: { strategy, ...TIMES } });
}

/** One kill, or a second one of the agent that picks up the pieces. */
function momentsOf({ random }: Life): Moment[] {
  const moment = (): Moment => ({
    steps: Math.floor(between(random, 0, MOST_STEPS + 1)),
    thenMs: Math.round(between(random, 0, 400)),
  });
  return random() < 0.3 ? [moment(), moment()] : [moment()];
}

interface Killing {
  readonly updates: readonly Update[];
  readonly moments: readonly Moment[];
}

/** Publishes the updates, and kills one agent after the other; answers with the one that lives on. */
async function killDuring(
  { world, manager }: Life,
  first: AgentProcess,
  { updates, moments }: Killing,
): Promise<AgentProcess> {
  for (const { line, revision, service } of updates) {
    const { name, strategy } = line;
    await manager.publish(name, documentOf(name, strategy, { revision, service }));
  }
  let agent = first;
  for (const { steps, thenMs } of moments) {
    const from = stepsOf(agent);
    await waitFor(`${steps} steps`, () => stepsOf(agent) - from >= steps || areSettled(manager, updates), {
      deadlineMs: SETTLED_WITHIN_MS,
      lastSeen: () => agent.tail(),
    });
    await delay(thenMs);
    await agent.kill();
    agent = await world.agent();
  }
  return agent;
}

function stepsOf(agent: AgentProcess): number {
  return agent.log.filter(({ step }) => step !== undefined).length;
}

function areSettled(manager: Manager, updates: readonly Update[]): boolean {
  return updates.every((update) => {
    const { phase, desired } = manager.latest(update.line.name) ?? {};
    return phase === endOf(update) && desired?.revision === update.revision;
  });
}

function endOf({ isGood }: Update): 'converged' | 'rolled_back' {
  return isGood ? 'converged' : 'rolled_back';
}

/** The right revision runs, once; what was promised of the way there has been kept; and so it is remembered. */
async function endsWell({ world, manager }: Life, update: Update): Promise<void> {
  const { line, revision, isGood, service } = update;
  const status = await manager.phase(line.name, endOf(update), revision, SETTLED_WITHIN_MS);
  await waitFor('one container', async () => (await world.engine.containersOf(line.name)).length === 1);
  const { Id: id, State, Config } = await world.engine.running(line.name);
  const identity = { id, startedAt: State.StartedAt };
  const before = line.proven;
  if (isGood) {
    expect(Config.Env).toContain(`GREETING=${service.environment?.GREETING}`);
    line.proven = { revision, identity };
  } else if (line.strategy === 'start-first') expect(identity).toEqual(before.identity);
  else expect(id).toBe(before.identity.id);
  expect(status.running?.revision).toBe(line.proven.revision);
  expectHonest(manager, update);
  expectCounts(line);
  if (isGood && line.strategy === 'start-first') {
    const besideMs = line.watch.timeOf('die', before.identity.id) - line.watch.timeOf('start', id);
    expect(besideMs, 'the old one ran on until the new one was proven').toBeGreaterThan(HEALTHY_AFTER_MS);
  }
}

/** What did not prove itself was never told as converged or running, and what did not before it had. */
function expectHonest(manager: Manager, { line, revision, isGood }: Update): void {
  const told = manager.statusesOf(line.name).filter(({ desired }) => desired?.revision === revision);
  const converged = told.filter(({ phase }) => phase === 'converged');
  if (!isGood) {
    expect(converged, 'a bad revision was told as converged').toEqual([]);
    expect(told.filter(({ running }) => running?.revision === revision)).toEqual([]);
    return;
  }
  const startedMs = line.watch.timeOf('start', line.proven.identity.id);
  const toldMs = Date.parse(converged[0]?.at ?? '');
  expect(toldMs - startedMs, 'told after the proof').toBeGreaterThanOrEqual(HEALTHY_AFTER_MS);
}

function expectCounts({ strategy, watch }: Line): void {
  const counts = watch.counts();
  expect(Math.max(...counts), 'instances at once').toBeLessThanOrEqual(strategy === 'stop-first' ? 1 : 2);
  if (strategy === 'start-first') expect(Math.min(...counts), 'instances left').toBeGreaterThanOrEqual(1);
}

function tell(updates: readonly Update[], moments: readonly Moment[]): string {
  const what = updates.map(({ line, revision, isGood }) => {
    return `${isGood ? 'good' : 'bad'} ${line.strategy} to revision ${revision}`;
  });
  const when = moments.map(({ steps, thenMs }) => `${steps} steps and ${thenMs} ms`);
  return `${what.join(' and ')}, killed after ${when.join(', then after ')}`;
}

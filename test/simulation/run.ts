// One run: one device's life in a hostile world, from one seed. The same seed and options give the same run, to the
// byte of its trace.
import type { MutableSettings } from '../../agent/model/observed.ts';
import { fork } from '../fakes/random.ts';
import { type Standing, standingOf } from '../fakes/standing.ts';
import { World } from '../fakes/world.ts';
import { type AgendaItem, drawAgenda, type Incident } from './agenda.ts';
import { comeToCalm } from './calm.ts';
import { pairOf } from './coverage.ts';
import { faultKinds } from './faults/kinds.ts';
import { Fleet } from './fleet/fleet.ts';
import { drawProfile } from './profile.ts';
import { drawnPromises } from './promises/kinds.ts';
import { watchSigns } from './rows/signs.ts';
import { rowsOf } from './rows/table.ts';
import { Scene, type Violation } from './scene.ts';
import { Passage } from './stillness.ts';
import { isDrawn } from './switched-off.ts';
import { TraceHash } from './trace-hash.ts';
import { tryFindings } from './try-findings.ts';

export interface RunOptions {
  /** Instead of what the seed draws. */
  readonly hours?: number;
  /** Ids of the faults and acts to keep; the others are left out. */
  readonly only?: readonly string[];
  /** What is drawn though it is switched off. */
  readonly also?: readonly string[];
}

export interface RunResult {
  readonly seed: number;
  readonly options: RunOptions;
  readonly violation: Violation | null;
  readonly hours: number;
  readonly virtualMs: number;
  /** How much of it was idle and left out. */
  readonly skippedMs: number;
  /** What was on the agenda, as a person reads it. */
  readonly agenda: readonly { readonly id: string; readonly text: string }[];
  readonly faults: Readonly<Record<string, number>>;
  /** How often each step of a deployment was entered. */
  readonly standings: Readonly<Record<string, number>>;
  readonly coverage: Readonly<Record<string, number>>;
  /** Rows of "what happens when…" that it reached. */
  readonly rows: readonly string[];
  readonly traceHash: string;
  readonly traceEnd: readonly string[];
}

const ROUNDED_BYTES = 1_000_000;
const HOUR_MS = 3_600_000;
const TRACE_END = 120;
/** A step that is not entered within this time is waited for no longer. */
const AMBUSH_MS = 30 * 24 * HOUR_MS;

export async function runSimulation(seed: number, options: RunOptions = {}): Promise<RunResult> {
  const profile = drawProfile(seed, options);
  const agenda = drawAgenda(profile, options.only === undefined ? null : new Set(options.only));
  const { device, outboxBytes, hasMemoryLimits, isEchoOdd } = profile;
  const world = new World({ seed, device, report: { outboxBytes } });
  if (!hasMemoryLimits) world.daemon.enforces = ['cpus', 'pids'];
  if (isEchoOdd) world.daemon.echo = showOddly;
  const traceHash = new TraceHash(world);
  const { also = [] } = options;
  const fleet = new Fleet(world, profile.deployments, (trait) => isDrawn(trait, also));
  const scene = new Scene({ world, fleet, promises: drawnPromises(also) });
  const passage = new Passage(scene);
  const signs = watchSigns(scene);
  for (const { watch } of scene.promises) watch?.(scene);
  // The last to be told of a write: what lies in ambush may end the agent in that very moment.
  const counts = new Counts(scene);
  world.startAgent();
  for (const item of agenda) world.clock.schedule(item.atMs, () => take(item, scene, counts));
  try {
    await passage.passUntil(profile.hours * HOUR_MS);
    counts.isOver = true;
    if (scene.violation === null) await comeToCalm(scene, passage);
    await traceHash.leaveOut(async () => {
      if (scene.violation === null) await tryFindings(scene);
    });
  } finally {
    world.close();
  }
  return {
    ...{ seed, options, violation: scene.violation, hours: profile.hours },
    virtualMs: world.clock.monotonicMs(),
    skippedMs: passage.skippedMs,
    agenda: agenda.map((item) => ({ id: item.id, text: describe(item) })),
    ...{ faults: counts.faults, standings: counts.standings, coverage: counts.coverage },
    rows: rowsOf(signs),
    traceHash: traceHash.digest(),
    traceEnd: world.trace.slice(-TRACE_END),
  };
}

/** As no engine that is known does all of it, and several do some. */
function showOddly({ memoryBytes, nanoCpus, pids, restartPolicy }: MutableSettings): MutableSettings {
  return {
    memoryBytes: Math.floor(memoryBytes / ROUNDED_BYTES) * ROUNDED_BYTES,
    nanoCpus: Math.floor(nanoCpus / 1e7) * 1e7,
    pids: pids === 0 ? 2048 : pids,
    restartPolicy: restartPolicy === 'unless-stopped' ? 'always' : restartPolicy,
  };
}

function take(item: AgendaItem, scene: Scene, counts: Counts): void {
  if (item.what === 'fault') {
    lieInWait(item, scene, counts);
    return;
  }
  scene.world.note(`fleet: ${item.id} ${item.kind}`);
  scene.fleet.carryOut(item.kind, item.part);
}

function lieInWait(incident: Incident, scene: Scene, counts: Counts): void {
  const { ambush } = incident;
  if (ambush === null) {
    strike(incident, scene, counts);
    return;
  }
  const untilMs = scene.world.clock.monotonicMs() + AMBUSH_MS;
  counts.ambushes.push({
    ...{ untilMs, standing: ambush.standing },
    spring: () => {
      if (ambush.delayMs === 0) strike(incident, scene, counts);
      else scene.world.clock.schedule(ambush.delayMs, () => strike(incident, scene, counts));
    },
  });
}

function strike({ id, kind, lastsMs }: Incident, scene: Scene, counts: Counts): void {
  if (counts.isOver) return;
  const { world, fleet } = scene;
  world.note(`fault: ${id} ${kind} for ${lastsMs} ms`);
  counts.note(kind);
  const random = fork(world.seed, `strike ${id}`);
  const byHand = (container: string): void => scene.byHand(container);
  const isOver = (): boolean => counts.isOver;
  faultKinds.get(kind)?.strike({ world, fleet, random, lastsMs, byHand, isOver });
}

function describe(item: AgendaItem): string {
  const at = `${(item.atMs / HOUR_MS).toFixed(2)} h`;
  if (item.what === 'act') return `${at}  ${item.kind}`;
  const ambush =
    item.ambush === null ? '' : `, ${item.ambush.delayMs.toFixed(0)} ms after ${item.ambush.standing}`;
  return `${at}  ${item.kind} for ${(item.lastsMs / 1000).toFixed(0)} s${ambush}`;
}

interface Ambush {
  readonly untilMs: number;
  readonly standing: Standing;
  readonly spring: () => void;
}

/** What has struck and where deployments have stood; and the faults that wait for one to come to some step. */
class Counts {
  readonly faults: Record<string, number> = {};
  readonly standings: Record<string, number> = {};
  readonly coverage: Record<string, number> = {};
  ambushes: Ambush[] = [];
  /** The calm has begun: nothing strikes any more. */
  isOver = false;
  readonly #scene: Scene;
  readonly #now = new Map<string, Standing>();

  constructor(scene: Scene) {
    this.#scene = scene;
    scene.memoryListeners.push((name, { record, desired }) =>
      this.#enter(name, standingOf(record, desired?.document.state === 'absent')),
    );
  }

  note(kind: string): void {
    count(this.faults, kind);
    for (const { name } of this.#scene.fleet.plans)
      count(this.coverage, pairOf(kind, this.#now.get(name) ?? 'nothing'));
  }

  #enter(name: string, standing: Standing): void {
    if (standing === this.#now.get(name)) return;
    this.#now.set(name, standing);
    count(this.standings, standing);
    const nowMs = this.#scene.world.clock.monotonicMs();
    const sprung = this.ambushes.find((ambush) => ambush.standing === standing);
    this.ambushes = this.ambushes.filter((ambush) => ambush !== sprung && ambush.untilMs > nowMs);
    sprung?.spring();
  }
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

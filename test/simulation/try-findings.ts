// The last trial of a run: on a device on which all has come to rest, one fault after another is planted for a while, and the
// agent is asked what it finds, as a technician asks.
import { BROKER_ROWS } from '../../agent/findings/broker-rows.ts';
import { CLOCK_ROWS } from '../../agent/findings/clock-rows.ts';
import { DISK_ROWS } from '../../agent/findings/disk-rows.ts';
import { ENGINE_ROWS } from '../../agent/findings/engine-rows.ts';
import { HOST_ROWS } from '../../agent/findings/host-rows.ts';
import type { Finding } from '../../protocol/reports/finding.ts';
import type { Status } from '../../protocol/reports/status.ts';
import { FREE_IMAGE_BYTES } from '../fakes/memory-host.ts';
import { fork } from '../fakes/random.ts';
import type { World } from '../fakes/world.ts';
import type { Scene } from './scene.ts';

const HEALTHY = 'a healthy device has no finding';
const FOUND = 'a fault is found, as the cause and nothing else';
const EARLY = 'no finding is told before its time';
const SINCE = 'since when a finding holds never changes';

const SECOND_MS = 1000;
/** A look comes every 15 s, one at the engine every 30; and what goes wrong shows at the first call that does. */
const LOOK_MS = 40 * SECOND_MS;
/** A reconnect after a broker that was away for so short a time. */
const RECOVERED_MS = 90 * SECOND_MS;
/** Of one run, so that it costs little: over some runs all have their turn. */
const TRIED = 2;

interface Trial {
  /** As the row that must find it. */
  readonly code: RegExp;
  readonly subject: string;
  readonly plant: (world: World) => void;
  readonly end: (world: World) => void;
}

const TRIALS: readonly Trial[] = [
  {
    ...{ code: /^broker_/, subject: 'broker' },
    plant: ({ broker }) => broker.goDown(),
    end: ({ broker }) => broker.comeUp(),
  },
  {
    ...{ code: /^engine_unreachable$/, subject: 'engine' },
    plant: ({ daemon }) => daemon.end({ isLiveRestore: true }),
    end: ({ daemon }) => daemon.begin(),
  },
  {
    ...{ code: /^image_space$/, subject: 'disk' },
    plant: ({ host }) => {
      host.freeImageBytes = 0;
    },
    end: ({ host }) => {
      host.freeImageBytes = FREE_IMAGE_BYTES;
    },
  },
  {
    ...{ code: /^memory_low$/, subject: 'device' },
    plant: ({ host }) => {
      host.change = { memoryAvailableBytes: 1 };
    },
    end: ({ host }) => {
      host.change = {};
    },
  },
  {
    ...{ code: /^temperature_high$/, subject: 'device' },
    plant: ({ host }) => {
      host.change = { temperatureCelsius: 99 };
    },
    end: ({ host }) => {
      host.change = {};
    },
  },
  {
    ...{ code: /^clock_unsynchronised$/, subject: 'clock' },
    plant: ({ host }) => {
      host.clock = { isSynchronised: false, source: 'timesyncd' };
    },
    end: ({ host }) => {
      host.clock = { isSynchronised: true, source: 'timesyncd' };
    },
  },
];

const ROWS = [BROKER_ROWS, CLOCK_ROWS, DISK_ROWS, ENGINE_ROWS, HOST_ROWS].flat();

export async function tryFindings(scene: Scene): Promise<void> {
  const { world } = scene;
  const random = fork(world.seed, 'findings');
  const drawn = TRIALS.map((trial) => ({ trial, place: random() })).toSorted((a, b) => a.place - b.place);
  for (const { trial } of drawn.slice(0, TRIED)) {
    if (scene.violation !== null || !world.isAgentUp) return;
    await tryOne(scene, trial);
  }
}

async function tryOne(scene: Scene, trial: Trial): Promise<void> {
  const { world } = scene;
  // With none of which anything runs nobody asks the engine.
  const statuses = [...statusesOf(scene)];
  if (trial.subject === 'engine' && !statuses.some(({ phase }) => phase === 'converged')) return;
  await expectHealth(scene, `before ${trial.code}`);
  const afterMs = visibleAfterMs(trial);
  trial.plant(world);
  await expectNothingYet(scene, trial, afterMs);
  await world.run(LOOK_MS);
  const first = await expectFound(scene, trial);
  await world.run(LOOK_MS);
  const second = await expectFound(scene, trial);
  if (first !== null && second !== null && first.since !== second.since)
    scene.fail(SINCE, `${first.id}: ${first.since} became ${second.since}`);
  trial.end(world);
  await world.run(RECOVERED_MS);
  await expectHealth(scene, `after ${trial.code}`);
}

/** Of the row that finds it soonest: what the broker's line is told as may change. */
function visibleAfterMs({ code, subject }: Trial): number {
  const rows = ROWS.filter((row) => code.test(row.code) && row.visibleAfterMs > 0);
  return subject === 'engine' ? 0 : Math.min(...rows.map((row) => row.visibleAfterMs));
}

/** Looked at twice: at once, and shortly before it may be told. */
async function expectNothingYet(scene: Scene, trial: Trial, afterMs: number): Promise<void> {
  const { world } = scene;
  if (afterMs === 0) return;
  for (const waitMs of [2 * SECOND_MS, afterMs - 4 * SECOND_MS]) {
    await world.run(waitMs);
    const early = (await ask(world)).find((finding) => isOf(trial, finding));
    if (early !== undefined) scene.fail(EARLY, `${early.id} is told ${waitMs} ms after it began`);
  }
  await world.run(4 * SECOND_MS);
}

async function expectFound(scene: Scene, trial: Trial): Promise<Finding | null> {
  const findings = await ask(scene.world);
  const found = findings.find((finding) => isOf(trial, finding)) ?? null;
  const told = findings.map(({ id }) => id).join(', ');
  if (found === null) scene.fail(FOUND, `${trial.code} was planted, and is not among: ${told}`);
  const consequence = findings.find(
    ({ code }) => trial.subject === 'engine' && code === 'engine_unavailable',
  );
  if (consequence !== undefined) scene.fail(FOUND, `${consequence.id} is told beside its cause: ${told}`);
  const stray = findings.find((finding) => isOfDevice(finding) && !isOf(trial, finding));
  if (stray !== undefined)
    scene.fail(FOUND, `${trial.code} was planted, and ${stray.id} is told: ${stray.title}`);
  return found;
}

/** Of the device nothing is told, and of the deployments that are well nothing either. */
async function expectHealth(scene: Scene, when: string): Promise<void> {
  const well = new Set(
    statusesOf(scene)
      .filter(isWell)
      .map(({ deployment }) => deployment),
  );
  for (const finding of await ask(scene.world)) {
    const [, deployment] = /^deployments\/([^/]+)/.exec(finding.subject) ?? [];
    if (isOfDevice(finding) || (deployment !== undefined && well.has(deployment)))
      scene.fail(HEALTHY, `${when}: ${finding.id}: ${finding.title}`);
  }
}

function statusesOf({ world, fleet }: Scene): Status[] {
  return fleet.plans.flatMap(({ name }) => world.status(name) ?? []);
}

function isWell({ phase, reason, refused, services }: Status): boolean {
  const isThrough = phase === 'converged' || phase === 'removed';
  const hasFailed = Object.values(services).some(({ last_failure: failure }) => failure !== null);
  return isThrough && reason === null && refused === null && !hasFailed;
}

/** Not of what it runs; what a kernel does not enforce stays so for a container's life. */
function isOfDevice({ subject, code }: Finding): boolean {
  return !/^(deployments|registries)\//.test(subject) && code !== 'limits_not_enforced';
}

function isOf({ code, subject }: Trial, finding: Finding): boolean {
  return finding.subject === subject && code.test(finding.code);
}

async function ask(world: World): Promise<readonly Finding[]> {
  const outcome = await world.agent.operations.why.ask({}, new AbortController().signal);
  return outcome.kind === 'done' ? outcome.answer.findings : [];
}

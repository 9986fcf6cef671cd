// What kind of world a seed makes: how long, how mad, with which deployments. Quiet and mad worlds both occur.
import type { Random } from '../../lib/time/clock.ts';
import { between, fork, pick } from '../fakes/random.ts';
import { faultKinds } from './faults/kinds.ts';
import type { DeploymentPlan, JobPlan } from './fleet/deployment-plan.ts';
import { isDrawn } from './switched-off.ts';

export interface Profile {
  readonly seed: number;
  readonly device: string;
  readonly hours: number;
  readonly deployments: readonly DeploymentPlan[];
  /** How often each kind of fault strikes, by its name; one that is not in it is off. */
  readonly weights: ReadonlyMap<string, number>;
  readonly faultCount: number;
  readonly actCount: number;
  /** What the events that wait may take: in some worlds so little that it is soon full. */
  readonly outboxBytes: number;
  /** Whether the engine shows settings in another form than it is asked: rounded, and with names of its own. */
  readonly isEchoOdd: boolean;
  /** Whether the kernel keeps memory limits: that of a Raspberry Pi does not unless told to. */
  readonly hasMemoryLimits: boolean;
}

interface DrawnOtherwise {
  readonly hours?: number;
  readonly also?: readonly string[];
}

const NAMES = ['line', 'vision', 'store', 'edge'];
const HOUR_COUNTS = [12, 24 * 3, 24 * 30, 24 * 180, 24 * 730, 24 * 365 * 5] as const;

export function drawProfile(seed: number, { hours, also = [] }: DrawnOtherwise): Profile {
  const random = fork(seed, 'profile');
  const drawnHours = pick(random, HOUR_COUNTS);
  const share = pick(random, [0.1, 0.3, 0.6, 1]);
  // Each from numbers of its own, so that a further kind changes nothing else.
  const weights = [...faultKinds.keys()]
    .filter((kind) => isDrawn(kind, also))
    .map((kind) => [kind, fork(seed, `weight of ${kind}`)] as const)
    .filter(([kind, own]) => own() < share || also.includes(kind))
    .map(([kind, own]) => [kind, between(own, 0.1, 1)] as const);
  return {
    seed,
    device: `edge-${String(Math.floor(random() * 100)).padStart(2, '0')}`,
    deployments: NAMES.slice(0, pick(random, [1, 1, 2, 3, 4])).map((name) => ({
      ...drawDeployment(name, random),
      ...drawRarities(name, seed, (trait) => isDrawn(trait, also)),
    })),
    weights: new Map(weights),
    // By the cube: most worlds are quiet, some are mad.
    faultCount: weights.length === 0 ? 0 : Math.round(random() ** 3 * 150),
    actCount: Math.round(between(random, 3, 40)),
    hours: hours ?? drawnHours,
    outboxBytes: pick(fork(seed, 'outbox'), [16 * 1024 ** 2, 32 * 1024, 6 * 1024, 4 * 1024]),
    isEchoOdd: fork(seed, 'echo')() < 0.2,
    hasMemoryLimits: fork(seed, 'kernel')() < 0.7,
  };
}

type Rarities = Pick<
  DeploymentPlan,
  'job' | 'isHelperJoined' | 'isPulledAnew' | 'isPatient' | 'port' | 'doesPortMove' | 'isSlowToStop'
>;

function drawDeployment(name: string, random: Random): Omit<DeploymentPlan, keyof Rarities> {
  return {
    name,
    strategy: pick(random, ['stop-first', 'start-first']),
    sources: pick(random, [
      ['device'],
      ['device'],
      ['groups/berlin'],
      ['device', 'groups/berlin'],
      ['groups/berlin', 'groups/europe'],
    ]),
    hasHelper: random() < 0.4,
    hasVolume: random() < 0.4,
    hasSecondNetwork: random() < 0.3,
    hasWindow: random() < 0.15,
  };
}

/** Each from numbers of its own, so that a kind which comes to be drawn does not change the others. */
function drawRarities(name: string, seed: number, has: (trait: string) => boolean): Rarities {
  return {
    job: drawJob(fork(seed, `job of ${name}`)),
    isHelperJoined: fork(seed, `namespace of ${name}`)() < 0.3,
    isPulledAnew: fork(seed, `pull policy of ${name}`)() < 0.2,
    isPatient: fork(seed, `grace of ${name}`)() < 0.2,
    port: fork(seed, `port of ${name}`)() < 0.5 ? 8000 + NAMES.indexOf(name) : null,
    doesPortMove: has('port_moves') && fork(seed, `moves of the port of ${name}`)() < 0.9,
    isSlowToStop: has('slow_to_stop') && fork(seed, `stop of ${name}`)() < 0.25,
  };
}

function drawJob(random: Random): JobPlan | null {
  if (random() >= 0.25) return null;
  return { restart: pick(random, ['no', 'on-failure']), isAwaited: random() < 0.5 };
}

// What kind of world a seed makes: how long, how mad, with which deployments. Quiet and mad worlds both occur.
import type { Random } from '../../agent/ports/clock.ts';
import { between, fork, pick } from '../fakes/random.ts';

export interface DeploymentPlan {
  readonly name: string;
  readonly strategy: 'stop-first' | 'start-first';
  /** Topics that the manager uses for it. */
  readonly sources: readonly ('device' | 'groups/berlin' | 'groups/europe')[];
  /** A second service, which needs the first and is the same in all revisions. */
  readonly hasHelper: boolean;
  readonly hasVolume: boolean;
  readonly hasSecondNetwork: boolean;
  /** It switches only in the first twenty minutes of an hour. */
  readonly hasWindow: boolean;
}

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
  /** Whether the kernel keeps memory limits: that of a Raspberry Pi does not unless told to. */
  readonly hasMemoryLimits: boolean;
}

const NAMES = ['line', 'vision', 'store', 'edge'];
const HOUR_COUNTS = [12, 24 * 3, 24 * 30, 24 * 180, 24 * 730] as const;

export function drawProfile(seed: number, kinds: readonly string[], hours?: number): Profile {
  const random = fork(seed, 'profile');
  const drawnHours = pick(random, HOUR_COUNTS);
  const share = pick(random, [0.1, 0.3, 0.6, 1]);
  const weights = kinds
    .filter(() => random() < share)
    .map((kind) => [kind, between(random, 0.1, 1)] as const);
  return {
    seed,
    device: `edge-${String(Math.floor(random() * 100)).padStart(2, '0')}`,
    deployments: NAMES.slice(0, pick(random, [1, 1, 2, 3, 4])).map((name) => drawDeployment(name, random)),
    weights: new Map(weights),
    // By the cube: most worlds are quiet, some are mad.
    faultCount: weights.length === 0 ? 0 : Math.round(random() ** 3 * 150),
    actCount: Math.round(between(random, 3, 40)),
    hours: hours ?? drawnHours,
    outboxBytes: pick(fork(seed, 'outbox'), [16 * 1024 ** 2, 32 * 1024, 6 * 1024, 4 * 1024]),
    hasMemoryLimits: fork(seed, 'kernel')() < 0.7,
  };
}

function drawDeployment(name: string, random: Random): DeploymentPlan {
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

// What the killed agent is in the middle of: documents one after the other, and the phases on their way.
import { absent, deployment, PROBE } from '../../fakes/deployments.ts';
import type { Standing } from '../../fakes/standing.ts';

export const HEALTHY_AFTER_MS = 3000;

export interface Scenario {
  readonly name: string;
  readonly strategy: 'stop-first' | 'start-first';
  /** Whether revision 1 has proven itself when it begins. */
  readonly isRunning: boolean;
  /** The revision that does not stay up, if one does not. */
  readonly bad: number | null;
  readonly sent: readonly Sent[];
  /** What happens to the device, besides documents and kills. */
  readonly mishap: 'held' | 'container lost' | null;
  /** The phases that it enters: at each of them the agent is killed in some run. */
  readonly borders: readonly Standing[];
  readonly end: 'converged' | 'rolled_back' | 'removed';
}

interface Sent {
  readonly revision: number;
  readonly state: 'present' | 'absent';
  /** When: as it begins, in the midst of what came before, or after that has failed. */
  readonly when: 'at once' | 'midway' | 'once failed';
}

const FIRST: Sent = { revision: 1, state: 'present', when: 'at once' };
const SECOND: Sent = { revision: 2, state: 'present', when: 'at once' };
const THIRD: Sent = { revision: 3, state: 'present', when: 'midway' };

const UPDATE: Omit<Scenario, 'name'> = {
  strategy: 'stop-first',
  isRunning: true,
  bad: null,
  sent: [SECOND],
  mishap: null,
  borders: ['pulling', 'switching', 'proving', 'converged'],
  end: 'converged',
};

export const scenarios: readonly Scenario[] = [
  { ...UPDATE, name: 'a first deployment', isRunning: false, sent: [FIRST] },
  {
    ...UPDATE,
    name: 'a first deployment that fails, and one that does not',
    isRunning: false,
    bad: 1,
    sent: [FIRST, { ...SECOND, when: 'once failed' }],
    borders: ['pulling', 'switching', 'condemned', 'unproven', 'converged'],
  },
  { ...UPDATE, name: 'an update stop-first' },
  { ...UPDATE, name: 'an update start-first', strategy: 'start-first' },
  {
    ...UPDATE,
    name: 'a bad update stop-first',
    bad: 2,
    borders: ['pulling', 'switching', 'condemned', 'rolling_back', 'rolled_back'],
    end: 'rolled_back',
  },
  {
    ...UPDATE,
    name: 'a bad update start-first',
    strategy: 'start-first',
    bad: 2,
    borders: ['pulling', 'switching', 'condemned', 'rolled_back'],
    end: 'rolled_back',
  },
  { ...UPDATE, name: 'an update superseded midway', sent: [SECOND, THIRD] },
  {
    ...UPDATE,
    name: 'a bad update superseded midway, start-first',
    strategy: 'start-first',
    bad: 2,
    sent: [SECOND, THIRD],
  },
  {
    ...UPDATE,
    name: 'an update withdrawn midway',
    sent: [SECOND, { ...THIRD, state: 'absent' }],
    borders: ['pulling', 'removing', 'removed'],
    end: 'removed',
  },
  {
    ...UPDATE,
    name: 'a removal',
    sent: [{ ...SECOND, state: 'absent' }],
    borders: ['removing', 'removed'],
    end: 'removed',
  },
  {
    ...UPDATE,
    name: 'an update that a program holds',
    mishap: 'held',
    borders: ['pulling', 'waiting', 'switching', 'proving', 'converged'],
  },
  {
    ...UPDATE,
    name: 'a container taken away',
    sent: [],
    mishap: 'container lost',
    borders: ['degraded', 'converged'],
  },
];

export function documentOf({ strategy }: Scenario, { revision, state }: Pick<Sent, 'revision' | 'state'>) {
  if (state === 'absent') return absent(revision, 'line', ['data']);
  return deployment({
    revision,
    services: {
      app: {
        image: `registry.test/app:${revision}`,
        probe: PROBE,
        networks: { default: {}, back: {} },
        volumes: [{ type: 'volume', source: 'data', target: '/data' }],
      },
      helper: {
        image: 'registry.test/helper:1',
        depends_on: { app: { condition: 'service_healthy' } },
      },
    },
    networks: { back: {} },
    volumes: { data: {} },
    update: { strategy, healthy_after: `${HEALTHY_AFTER_MS}ms`, deadline: '30s', hold: true },
  });
}

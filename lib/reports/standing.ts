// How each deployment stands at a glance: what a technician looks at first comes first.
import type { Phase, Status } from '../../protocol/reports/status.ts';
import type { Style } from '../render/colour.ts';

export type Standing = 'not well' | 'under way' | 'well' | 'removed';

const ORDER: readonly Standing[] = ['not well', 'under way', 'well', 'removed'];

const STANDINGS: Readonly<Record<Phase, Standing>> = {
  waiting: 'under way',
  pulling: 'under way',
  switching: 'under way',
  proving: 'under way',
  converged: 'well',
  degraded: 'not well',
  rolled_back: 'not well',
  failed: 'not well',
  removed: 'removed',
};

const STYLES: Readonly<Record<Standing, Style>> = {
  'not well': 'red',
  'under way': 'yellow',
  well: 'green',
  removed: 'green',
};

/** Its colour, wherever it is painted. */
export function styleOf(standing: Standing): Style {
  return STYLES[standing];
}

/** By the phase alone; `standingOf` minds a refusal too. */
export function standingOfPhase(phase: Phase): Standing {
  return STANDINGS[phase];
}

export function standingOf({ phase, refused }: Status): Standing {
  return refused === null ? standingOfPhase(phase) : 'not well';
}

export function isSettledWell(status: Status): boolean {
  const standing = standingOf(status);
  return standing === 'well' || standing === 'removed';
}

/** Those that are not well first; within one standing as they come. */
export function byStanding(statuses: readonly Status[]): Status[] {
  return statuses.toSorted((a, b) => ORDER.indexOf(standingOf(a)) - ORDER.indexOf(standingOf(b)));
}

/** `12 deployments: 3 not well, 2 under way`; `null` where there are none but removed ones. */
export function describeAll(statuses: readonly Status[]): string | null {
  const standings = statuses.map(standingOf).filter((standing) => standing !== 'removed');
  if (standings.length === 0) return null;
  const counts = (['not well', 'under way'] as const)
    .map((standing) => ({ standing, count: standings.filter((one) => one === standing).length }))
    .filter(({ count }) => count > 0)
    .map(({ standing, count }) => `${count} ${standing}`);
  const total = `${standings.length} ${standings.length === 1 ? 'deployment' : 'deployments'}`;
  return `${total}: ${counts.length === 0 ? 'all well' : counts.join(', ')}`;
}

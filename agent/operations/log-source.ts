// Which container's output is meant, and what is to be said of it. Pure.
// Tested in test/agent/operations/logs.test.ts.
import { inSeconds } from '../../protocol/values/timestamp.ts';
import type { ObservedContainer } from '../model/observed.ts';

export interface LogSource {
  readonly container: string;
  /** Only what is older: the runs before the present one. */
  readonly until: string | null;
  /** What the lines are, for people. */
  readonly note: string;
}

/** Of a service's containers: `told` begins the id of the one that its status names. `null` where there is none. */
export function presentSource(
  containers: readonly ObservedContainer[],
  told: string | null,
): LogSource | null {
  const present = presentOf(containers, told);
  if (present === null) return null;
  return { container: present.id, until: null, note: `container ${present.name}, ${stateOf(present)}` };
}

/** The container before the present one, or else the runs that the present one has behind it. */
export function previousSource(
  containers: readonly ObservedContainer[],
  told: string | null,
): LogSource | null {
  const present = presentOf(containers, told);
  const others = newestFirst(containers).filter((one) => one !== present && one.startedAt !== null);
  const [before] = others;
  if (before !== undefined) {
    const note = `container ${before.name} of revision ${before.revision}, which ran before; ${stateOf(before)}`;
    return { container: before.id, until: null, note };
  }
  if (present === null || present.startedAt === null) return null;
  const note = `container ${present.name}, its runs before ${inSeconds(present.startedAt)}; no other container is kept`;
  return { container: present.id, until: present.startedAt, note };
}

function presentOf(containers: readonly ObservedContainer[], told: string | null): ObservedContainer | null {
  const named = containers.find(({ id }) => told !== null && id.startsWith(told));
  const sorted = newestFirst(containers);
  return named ?? sorted.find(({ state }) => state === 'running') ?? sorted[0] ?? null;
}

function newestFirst(containers: readonly ObservedContainer[]): ObservedContainer[] {
  const startOf = ({ startedAt }: ObservedContainer): number => Date.parse(startedAt ?? '') || 0;
  return containers.toSorted((one, other) => startOf(other) - startOf(one));
}

function stateOf({ state, exitCode, startedAt }: ObservedContainer): string {
  if (exitCode !== null) return `exited with code ${exitCode}`;
  return startedAt === null ? state : `${state}, started at ${inSeconds(startedAt)}`;
}

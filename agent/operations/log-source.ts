// Which container's output is meant, and what is to be said of it. Pure.
// Tested in test/agent/operations/logs.test.ts.
import { inSeconds } from '../../protocol/values/timestamp.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { LogLine } from '../ports/engine.ts';
import { describeKeptLog, type KeptLog } from '../ports/kept-logs.ts';

/** The way back removes the one and starts the other side by side. A start that is later is another one. */
const WAY_BACK_MS = 60_000;

export type LogSource = EngineSource | KeptSource;

interface EngineSource {
  readonly container: string;
  /** Only what is older: the runs before the present one. */
  readonly until: string | null;
  /** What the lines are, for people. */
  readonly note: string;
}

/** Of a container that was removed. */
interface KeptSource {
  readonly kept: readonly LogLine[];
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

/** The container before the present one, there or removed, or else the runs that the present one has behind it. */
export function previousSource(
  containers: readonly ObservedContainer[],
  told: string | null,
  kept: KeptLog | null,
): LogSource | null {
  const present = presentOf(containers, told);
  if (kept !== null && isNewest(kept, containers, present))
    return { kept: kept.lines, note: describeKeptLog(kept) };
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

/** Whether nothing of the service ran since, but for the present run. */
function isNewest(
  { startedAt, keptAt, revision }: KeptLog,
  containers: readonly ObservedContainer[],
  present: ObservedContainer | null,
): boolean {
  const others = containers.filter((one) => one !== present);
  if (others.some((other) => timeOf(other.startedAt) > timeOf(startedAt))) return false;
  if (present === null || timeOf(present.startedAt) <= timeOf(keptAt) + WAY_BACK_MS) return true;
  // Of a later revision it may be the first run; of an earlier one it has run before.
  return present.revision > revision && present.engineRestarts === 0;
}

function timeOf(at: string | null): number {
  return Date.parse(at ?? '') || 0;
}

function presentOf(containers: readonly ObservedContainer[], told: string | null): ObservedContainer | null {
  const named = containers.find(({ id }) => told !== null && id.startsWith(told));
  const sorted = newestFirst(containers);
  return named ?? sorted.find(({ state }) => state === 'running') ?? sorted[0] ?? null;
}

function newestFirst(containers: readonly ObservedContainer[]): ObservedContainer[] {
  return containers.toSorted((one, other) => timeOf(other.startedAt) - timeOf(one.startedAt));
}

/** By SIGTERM, as the agent does between its tries too, and by SIGKILL: no code that a program gives. */
const ENDED_FROM_OUTSIDE: Readonly<Record<number, string>> = { 143: 'stopped', 137: 'killed' };

function stateOf({ state, exitCode, startedAt }: ObservedContainer): string {
  if (exitCode !== null) return `${ENDED_FROM_OUTSIDE[exitCode] ?? 'exited'} with code ${exitCode}`;
  return startedAt === null ? state : `${state}, started at ${inSeconds(startedAt)}`;
}

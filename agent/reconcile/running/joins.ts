// Services that live in another's namespaces: those end with the run that they were joined in, so whoever lives
// there must be started again after it. A container made anew is another matter: see `select-container.ts`.

import type { ServiceFacts } from '../../model/decision.ts';
import { historyOf, withHistory } from '../../model/histories.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { DeploymentRecord, JoinedRuns } from '../../model/record.ts';
import { isUp } from './select-container.ts';

/**
 * Remembers in which runs of other containers the present run lives. The order of clock times decides only where
 * both have started since the last look, which is then done with: a clock that jumps cannot make a loop of it.
 */
export function noteJoins(record: DeploymentRecord, view: ServiceFacts): DeploymentRecord {
  const { spec, container, joined: others } = view;
  if (container === null || others.length === 0) return record;
  const history = historyOf(record, spec);
  const before = history.joined;
  const seen = runsOf(others);
  const isSameRun = !isUp(container) || before?.run === container.startedAt;
  const joined: JoinedRuns = isSameRun
    ? { run: before?.run ?? null, hosts: before?.hosts ?? {}, seen }
    : { run: container.startedAt, hosts: runsJoined(container, others, before), seen };
  return withHistory(record, spec, { ...history, joined });
}

/** Whether a namespace that it lives in has ended, and the next one is there to be joined. */
export function mustFollow(
  record: DeploymentRecord,
  { spec, container, joined: others }: ServiceFacts,
): boolean {
  if (container === null || !areJoinedThere(others)) return false;
  const { joined } = historyOf(record, spec);
  return (
    joined?.run === container.startedAt && others.some((other) => joined.hosts[other.id] !== other.startedAt)
  );
}

/** Whether it can be started: the engine joins the namespaces of running containers only. */
export function areJoinedThere(others: readonly ObservedContainer[]): boolean {
  return others.every(({ state }) => state === 'running' || state === 'paused');
}

/** A new run has joined what was there when it started: what was seen before it, unless that has changed since. */
function runsJoined(
  container: ObservedContainer,
  others: readonly ObservedContainer[],
  before: JoinedRuns | undefined,
): Record<string, string> {
  const joined = others.filter(
    (other) => before?.seen[other.id] === other.startedAt || !startedAfter(other, container),
  );
  return runsOf(joined);
}

function startedAfter(other: ObservedContainer, container: ObservedContainer): boolean {
  return Date.parse(other.startedAt ?? '') > Date.parse(container.startedAt ?? '');
}

function runsOf(others: readonly ObservedContainer[]): Record<string, string> {
  return Object.fromEntries(others.map(({ id, startedAt }) => [id, startedAt ?? '']));
}

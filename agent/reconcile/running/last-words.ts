// The last words of a service that fails: read once after each failure, and told with the reason. That they are read is
// stored before, so that a log which ends the agent does it once.

import type { ServiceView } from '../../model/decision.ts';
import { type Instance, keyOf } from '../../model/instance.ts';
import type { LastWords, TracebackCount } from '../../model/last-words.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord, ServiceFailure, ServiceHistory } from '../../model/record.ts';
import { refTo, type Step } from '../../model/steps.ts';
import { withLog } from './reason-log.ts';

/** How many different ones are counted of a service. */
const MAX_TRACEBACKS = 5;
/** Ended by a signal that no program raises by itself, or well: what it wrote before was no reason. */
const UNEXPLAINED_EXITS: ReadonlySet<number | null> = new Set([0, 128 + 9, 128 + 15]);

/** The step that reads those of the first instance that fails and whose were not read; one at a time. */
export function askLastWords(failing: readonly ServiceView[]): Step[] {
  const unread = failing.find(
    ({ container, history: { lastFailure } }) =>
      container !== null && lastFailure !== null && lastFailure.lastWords === undefined,
  );
  if (unread?.container == null) return [];
  return [{ kind: 'read_last_logs', ...refTo(unread.container) }];
}

/** The record with whose last words are asked for now. */
export function noteAsked(record: DeploymentRecord, steps: readonly Step[]): DeploymentRecord {
  const asked = steps.find((step) => step.kind === 'read_last_logs');
  return asked === undefined ? record : withWords(record, asked, { log: [] });
}

/** The record with what was read. */
export function noteLastWords(
  record: DeploymentRecord,
  instance: Instance,
  words: LastWords,
): DeploymentRecord {
  const failure = record.services[keyOf(instance)]?.lastFailure;
  if (failure == null) return record;
  const { python, ...others } = words;
  if (python === undefined || isUnexplained(failure)) return withWords(record, instance, others);
  const noted = withWords(record, instance, words);
  const count = (counts: readonly TracebackCount[] = []): readonly TracebackCount[] =>
    countTraceback(counts, python.fingerprint, failure.at);
  return changeHistory(noted, instance, (history) => ({ ...history, tracebacks: count(history.tracebacks) }));
}

function isUnexplained({ code, exitCode }: ServiceFailure): boolean {
  return code === 'oom_killed' || UNEXPLAINED_EXITS.has(exitCode);
}

function countTraceback(
  counts: readonly TracebackCount[],
  fingerprint: string,
  at: string,
): readonly TracebackCount[] {
  const known = counts.find((count) => count.fingerprint === fingerprint);
  const others = counts.filter((count) => count !== known).slice(1 - MAX_TRACEBACKS);
  return [...others, { fingerprint, firstAt: known?.firstAt ?? at, count: (known?.count ?? 0) + 1 }];
}

/** Gives the last failure of a service its words. */
function withWords(record: DeploymentRecord, instance: Instance, lastWords: LastWords): DeploymentRecord {
  return changeHistory(record, instance, (history) =>
    history.lastFailure === null
      ? history
      : { ...history, lastFailure: { ...history.lastFailure, lastWords } },
  );
}

function changeHistory(
  record: DeploymentRecord,
  instance: Instance,
  change: (history: ServiceHistory) => ServiceHistory,
): DeploymentRecord {
  const key = keyOf(instance);
  const history = record.services[key];
  if (history === undefined) return record;
  return { ...record, services: { ...record.services, [key]: change(history) } };
}

export function withLastWords(reason: Reason, { history }: ServiceView): Reason {
  return withLog(reason, history.lastFailure?.lastWords?.log ?? []);
}

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

type Asked = Pick<ServiceView, 'container' | 'verdict' | 'history'>;

/** The step that reads those of the first instance that fails and whose were not read; one at a time beside `planned`. */
export function askLastWords(failing: readonly Asked[], planned: readonly Step[]): Step[] {
  const read = planned.flatMap((step) => (step.kind === 'read_last_logs' ? [step.container] : []));
  const unread = failing.find(
    (view) => isUnread(view) && view.container !== null && !read.includes(view.container.id),
  );
  if (unread?.container == null) return [];
  return [askHanging(unread) ?? { kind: 'read_last_logs', ...refTo(unread.container), ...ofRun(unread) }];
}

/** Where the engine has started it again after an end, the run before tells why. */
function ofRun({ container, verdict }: Asked): { readonly ofThisRun?: true } {
  return container?.state === 'running' && verdict.health === 'unhealthy' ? { ofThisRun: true } : {};
}

/** The step that a run which gives no answer needs before it is ended: nobody can ask its threads any more then. */
export function askHanging(view: Asked): Step | null {
  const { container, verdict } = view;
  if (container?.state !== 'running' || verdict.isSilent !== true || !isUnread(view)) return null;
  return { kind: 'read_last_logs', ...refTo(container), ofThisRun: true, asksThreads: true };
}

function isUnread({ history: { lastFailure } }: Asked): boolean {
  return lastFailure !== null && lastFailure.lastWords === undefined;
}

/** The record with whose last words are asked for now. */
export function noteAsked<R extends DeploymentRecord>(record: R, steps: readonly Step[]): R {
  return steps.reduce(
    (noted, step) => (step.kind === 'read_last_logs' ? withWords(noted, step, { log: [] }) : noted),
    record,
  );
}

/** The record with what was read. */
export function noteLastWords(
  record: DeploymentRecord,
  instance: Instance,
  words: LastWords,
): DeploymentRecord {
  const failure = record.services[keyOf(instance)]?.lastFailure;
  if (failure == null) return record;
  const { python: _, ...others } = words;
  const read: LastWords = isUnexplained(failure) ? others : words;
  const known = failure.lastWords?.hang;
  const noted = withWords(record, instance, known === undefined ? read : { hang: known, ...read });
  const cause = read.hang ?? (known === undefined ? read.python : undefined);
  if (cause === undefined) return noted;
  const count = (counts: readonly TracebackCount[] = []): readonly TracebackCount[] =>
    countTraceback(counts, cause.fingerprint, failure.at);
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
function withWords<R extends DeploymentRecord>(record: R, instance: Instance, lastWords: LastWords): R {
  return changeHistory(record, instance, (history) =>
    history.lastFailure === null
      ? history
      : { ...history, lastFailure: { ...history.lastFailure, lastWords } },
  );
}

function changeHistory<R extends DeploymentRecord>(
  record: R,
  instance: Instance,
  change: (history: ServiceHistory) => ServiceHistory,
): R {
  const key = keyOf(instance);
  const history = record.services[key];
  if (history === undefined) return record;
  return { ...record, services: { ...record.services, [key]: change(history) } };
}

export function withLastWords(reason: Reason, { history }: ServiceView): Reason {
  return withLog(reason, history.lastFailure?.lastWords?.log ?? []);
}

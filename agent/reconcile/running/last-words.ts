// The last log lines of a service that fails: read once after each failure, and told with the reason. That they are
// read is stored before, so that a log which ends the agent does it once.
// Tested in test/agent/reconcile/running/repeats.test.ts.

import type { ServiceView } from '../../model/decision.ts';
import { type Instance, keyOf } from '../../model/instance.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord, LastWords } from '../../model/record.ts';
import { refTo, type Step } from '../../model/steps.ts';
import { withLog } from './reason-log.ts';

/** The step that reads them; none where they were read, or there is nothing to read. */
export function askLastWords(record: DeploymentRecord, view: ServiceView | null): Step[] {
  if (view === null || view.container === null) return [];
  const { container, history } = view;
  if (history.lastFailure === null || lastWordsOf(record, view) !== null) return [];
  return [{ kind: 'read_last_logs', ...refTo(container) }];
}

/** The record with whose last words are asked for now, and of which failure. */
export function noteAsked(record: DeploymentRecord, steps: readonly Step[]): DeploymentRecord {
  const asked = steps.find((step) => step.kind === 'read_last_logs');
  if (asked === undefined) return record;
  const service = keyOf(asked);
  const failedAt = record.services[service]?.lastFailure?.at;
  return failedAt === undefined ? record : { ...record, lastWords: { service, failedAt, log: [] } };
}

/** The record with what was read. */
export function noteLastWords(
  record: DeploymentRecord,
  instance: Instance,
  log: readonly string[],
): DeploymentRecord {
  const { lastWords } = record;
  return lastWords?.service === keyOf(instance) ? { ...record, lastWords: { ...lastWords, log } } : record;
}

export function withLastWords(reason: Reason, record: DeploymentRecord, view: ServiceView): Reason {
  return withLog(reason, lastWordsOf(record, view)?.log ?? []);
}

/** Those of its last failure. */
function lastWordsOf(record: DeploymentRecord, { spec, history }: ServiceView): LastWords | null {
  const { lastWords } = record;
  const isOfLast =
    lastWords?.service === keyOf(spec.instance) && lastWords.failedAt === history.lastFailure?.at;
  return isOfLast ? lastWords : null;
}

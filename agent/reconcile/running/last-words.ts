// The last log lines of a service that fails: read once after each failure, and told with the reason. That they are
// read is stored before, so that a log which ends the agent does it once.
// Tested in test/agent/reconcile/running/repeats.test.ts.

import { historyOf } from '../../model/histories.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord, LastWords } from '../../model/record.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';
import type { ServiceView } from '../../model/situation.ts';
import type { Step } from '../../model/steps.ts';
import { withLog } from './reason-log.ts';

/** The step that reads them, and the record that says so; nothing where they were read, or there is nothing to read. */
export function askLastWords(
  record: DeploymentRecord,
  { spec, container }: ServiceView,
): { record: DeploymentRecord; steps: Step[] } {
  const failedAt = historyOf(record, spec).lastFailure?.at;
  if (failedAt === undefined || container === null || lastWordsOf(record, spec) !== null)
    return { record, steps: [] };
  const step: Step = { kind: 'read_last_logs', service: spec.name, container: container.id };
  return { record: { ...record, lastWords: { service: spec.name, failedAt, log: [] } }, steps: [step] };
}

/** The record with what was read. */
export function noteLastWords(
  record: DeploymentRecord,
  service: string,
  log: readonly string[],
): DeploymentRecord {
  const { lastWords } = record;
  return lastWords?.service === service ? { ...record, lastWords: { ...lastWords, log } } : record;
}

export function withLastWords(reason: Reason, record: DeploymentRecord, spec: ServiceSpec): Reason {
  return withLog(reason, lastWordsOf(record, spec)?.log ?? []);
}

/** Those of its last failure. */
function lastWordsOf(record: DeploymentRecord, spec: ServiceSpec): LastWords | null {
  const { lastWords } = record;
  const isOfLast =
    lastWords?.service === spec.name && lastWords.failedAt === historyOf(record, spec).lastFailure?.at;
  return isOfLast ? lastWords : null;
}

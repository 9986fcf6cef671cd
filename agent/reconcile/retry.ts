// A manager's or technician's "try again": what was barred or held back is not any more.
// Tested in test/agent/reconcile/running/repeats.test.ts.

import { mapHistories } from '../model/histories.ts';
import type { DeploymentRecord, ServiceHistory } from '../model/record.ts';
import { withoutRepeats } from './running/repeats.ts';

/**
 * The record as if nothing had failed: barred contents are forgotten, waits are over, a failed attempt begins anew. What
 * has done its work is not asked to do it again.
 */
export function withRetry(record: DeploymentRecord): DeploymentRecord {
  const attempt = record.attempt?.stage === 'unproven' ? null : record.attempt;
  return { ...withoutRepeats(mapHistories(record, forgiven)), attempt, barred: [] };
}

/** As if it had not failed: its wait is over. */
export function forgiven({ row: _, ...history }: ServiceHistory): ServiceHistory {
  return { ...history, failuresInRow: 0, delayMs: 0, retryAtMs: null };
}

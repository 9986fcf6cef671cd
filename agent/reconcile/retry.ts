// A manager's or technician's "try again": what was barred or held back is not any more.
import type { DeploymentRecord } from './record.ts';

/**
 * The record as if nothing had failed: barred contents are forgotten, waits are over, a failed attempt begins anew. What
 * has done its work is not asked to do it again.
 */
export function withRetry({ repeats: _repeats, ...record }: DeploymentRecord): DeploymentRecord {
  const services = Object.fromEntries(
    Object.entries(record.services).map(([name, { row: _row, ...history }]) => [
      name,
      { ...history, failuresInRow: 0, delayMs: 0, retryAtMs: null },
    ]),
  );
  const attempt = record.attempt?.stage === 'unproven' ? null : record.attempt;
  return { ...record, services, attempt, barred: [] };
}

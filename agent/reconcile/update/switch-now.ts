// A manager's or technician's "switch": the update that is under way waits for no window and no clock. What comes after it
// waits as ever.
// Tested in test/agent/reconcile/update/gate.test.ts.
import type { DeploymentRecord } from '../../model/record.ts';

/** The record with that said of its attempt; as it was where nothing is before its switch. */
export function withSwitchNow(record: DeploymentRecord): DeploymentRecord {
  const { attempt } = record;
  if (attempt?.stage !== 'pulling') return record;
  return { ...record, attempt: { ...attempt, isSwitchAsked: true } };
}

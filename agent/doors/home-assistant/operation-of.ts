// What somebody wants who presses "install" in Home Assistant, by how the deployment stands.
import type { Phase, Status } from '../../../protocol/reports/status.ts';

/** The update failed, and its content is tried again. */
const FAILED: readonly Phase[] = ['rolled_back', 'failed'];

/** `null` where nothing is to be done: all is well, it is under way, or there is no such deployment. */
export function operationOf(status: Status | undefined): 'switch' | 'retry' | null {
  if (status === undefined) return null;
  if (status.phase === 'waiting') return 'switch';
  return FAILED.includes(status.phase) ? 'retry' : null;
}

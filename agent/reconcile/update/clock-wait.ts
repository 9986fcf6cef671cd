// How long a switch has waited for a synchronised clock, in time that the agent ran: a device that is switched off
// every night must come to the limit too.
// Tested in test/agent/reconcile/update/gate.test.ts.
import type { DeploymentRecord } from '../../model/record.ts';

/** What a restart of the agent forgets at most; each note is a write. */
const NOTE_EVERY_MS = 60 * 60_000;

export function waitedForClockMs({ clockWait }: DeploymentRecord, nowMs: number): number {
  return clockWait === undefined ? 0 : clockWait.waitedMs + nowMs - clockWait.sinceMs;
}

/** The wait begins, or goes on. */
export function noteClockWait(record: DeploymentRecord, nowMs: number): DeploymentRecord {
  const { clockWait } = record;
  if (clockWait !== undefined && nowMs - clockWait.sinceMs < NOTE_EVERY_MS) return record;
  return { ...record, clockWait: { waitedMs: waitedForClockMs(record, nowMs), sinceMs: nowMs } };
}

/** The switch begins: the next has to wait anew. */
export function withoutClockWait({ clockWait: _over, ...record }: DeploymentRecord): DeploymentRecord {
  return record;
}

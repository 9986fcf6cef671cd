// Whether the clock follows a time server. adjtimex(2), which knows, is out of Node's reach.
import type { HostFiles } from './host-files.ts';

/** The year this was written in: a clock before it is wrong, whoever says otherwise. */
const EARLIEST_YEAR = 2026;

/**
 * By systemd-timesyncd's files (systemd-timesyncd.service(8), `/run/systemd/timesync/synchronized`); `null`
 * where another program, or none, keeps the time.
 */
export function isClockSynchronised(files: HostFiles, now: Date): boolean | null {
  if (now.getUTCFullYear() < EARLIEST_YEAR) return false;
  if (files.exists('/run/systemd/timesync/synchronized')) return true;
  return files.exists('/run/systemd/timesync') ? false : null;
}

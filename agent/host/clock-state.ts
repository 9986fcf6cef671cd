// Whether the clock follows a time server, by the cheapest that tells.
// Tested in test/agent/host/linux-host.test.ts.
import type { ClockReading } from '../ports/host.ts';
import type { HostFiles } from './host-files.ts';
import type { KernelClock } from './kernel-clock.ts';

/** The year this was written in: a clock before it is wrong, whoever says otherwise. */
const EARLIEST_YEAR = 2026;

/**
 * By systemd-timesyncd's files where it runs (systemd-timesyncd.service(8), `/run/systemd/timesync/synchronized`),
 * else by what the kernel says of its clock.
 */
export function readClock(files: HostFiles, kernel: KernelClock, now: Date): ClockReading {
  if (now.getUTCFullYear() < EARLIEST_YEAR) return { isSynchronised: false, source: 'year' };
  if (files.exists('/run/systemd/timesync/synchronized'))
    return { isSynchronised: true, source: 'timesyncd' };
  if (files.exists('/run/systemd/timesync')) return { isSynchronised: false, source: 'timesyncd' };
  const isSynchronised = kernel.isSynchronised();
  return { isSynchronised, source: isSynchronised === null ? null : 'kernel' };
}

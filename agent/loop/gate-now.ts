// What keeps a switch waiting at this moment, by the clock and the files of the host.
// Tested in test/agent/whole/holds.test.ts.
import type { Clock } from '../../lib/time/clock.ts';
import type { Facts } from '../model/facts.ts';
import type { DeploymentRecord } from '../model/record.ts';
import type { Revision } from '../model/revision.ts';
import type { Host } from '../ports/host.ts';
import { waitedForClockMs } from '../reconcile/update/clock-wait.ts';
import { gateOf } from '../reconcile/update/gate.ts';

export interface GateSources {
  readonly clock: Clock;
  readonly host: Pick<Host, 'readClock' | 'isHeld'>;
}

/** Asks clock and files only where there is a switch to keep waiting. */
export function gateNow(
  { document, hash }: Revision,
  record: DeploymentRecord,
  { clock, host }: GateSources,
): Facts['gate'] {
  if (record.proven?.hash === hash) return null;
  return gateOf(document, {
    wallTime: clock.wallTime(),
    isClockSynchronised: host.readClock().isSynchronised,
    waitedForClockMs: waitedForClockMs(record, clock.monotonicMs()),
    isHeld: host.isHeld(document.name),
    isSwitchAsked: record.attempt?.hash === hash && record.attempt.isSwitchAsked === true,
  });
}

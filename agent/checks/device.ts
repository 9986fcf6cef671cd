// The device itself: its clock, the agent's memory, and who watches the agent.
import type { ClockReading } from '../ports/host.ts';
import { type CheckAnswer, type CheckRow, error, ok, unknown, warning } from './check-row.ts';

export interface DeviceCheckOptions {
  readonly readClock: () => ClockReading;
  /** What is wrong with the database; `null` when it is sound. */
  readonly checkStore: () => string | null;
  /** How often a service manager wants to hear of the agent; `null` where none watches. */
  readonly watchdogMs: number | null;
}

export function deviceChecks({ readClock, checkStore, watchdogMs }: DeviceCheckOptions): CheckRow[] {
  return [
    { name: 'clock', look: () => [judgeClock(readClock())] },
    {
      name: 'store',
      look: () => {
        const damage = checkStore();
        return [damage === null ? ok('holdfast.db is sound') : error(`holdfast.db is damaged: ${damage}`)];
      },
    },
    {
      name: 'watchdog',
      look: () => [
        watchdogMs === null
          ? warning('no service manager watches the agent: it was started by hand')
          : ok(`the service manager hears of the agent every ${watchdogMs / 1000} s`),
      ],
    },
  ];
}

function judgeClock({ isSynchronised, source }: ClockReading): CheckAnswer {
  if (isSynchronised === null) return unknown('nothing on the device tells whether it is synchronised');
  const told = `told by ${source ?? 'nobody'}`;
  return isSynchronised ? ok(`synchronised, ${told}`) : warning(`not synchronised, ${told}; see timedatectl`);
}

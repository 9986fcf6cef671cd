// Whether the kernel holds its clock for synchronised, whichever program keeps it: chrony, ntpd, PTP. It tells by
// adjtimex(2) alone, which is out of Node's reach, so `timedatectl` of systemd asks for us.
import { execFile } from 'node:child_process';
import type { Clock } from '../../lib/time/clock.ts';

/** Asks once. Answers `null` where nobody can tell; never throws. */
export type AskKernel = (answer: (isSynchronised: boolean | null) => void) => void;

/** A process of some ten milliseconds, and a service that the bus starts for it. */
const ASK_EVERY_MS = 5 * 60_000;
const TIMEOUT_MS = 5000;

export class KernelClock {
  readonly #clock: Clock;
  readonly #ask: AskKernel;
  #isSynchronised: boolean | null = null;
  #nextAskMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, ask: AskKernel = askTimedatectl) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** The newest answer, `null` before the first. Asks anew, in the background, where it is old. */
  isSynchronised(): boolean | null {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#nextAskMs) {
      this.#nextAskMs = nowMs + ASK_EVERY_MS;
      this.#ask((isSynchronised) => {
        this.#isSynchronised = isSynchronised;
      });
    }
    return this.#isSynchronised;
  }
}

export const askTimedatectl: AskKernel = (answer) => {
  const args = ['show', '--property=NTPSynchronized', '--value'];
  execFile('timedatectl', args, { timeout: TIMEOUT_MS, maxBuffer: 1024 }, (error, stdout) => {
    const told = error === null ? stdout.trim() : '';
    answer(told === 'yes' ? true : told === 'no' ? false : null);
  });
};

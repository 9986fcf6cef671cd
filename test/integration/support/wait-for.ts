// The only way these tests wait: until something is so, with a deadline, telling what was seen last.
import { inspect } from 'node:util';

const POLL_MS = 20;
const DEADLINE_MS = 30_000;

export interface WaitOptions {
  readonly deadlineMs?: number;
  /** What to print when the time is up: the state of what is waited for. */
  readonly lastSeen?: () => unknown;
}

/** Resolves with the first answer of `look` that is neither undefined, null nor false. */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  { deadlineMs = DEADLINE_MS, lastSeen }: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    // Sound: exactly the three values that the type leaves out have been ruled out.
    if (found !== undefined && found !== null && found !== false)
      return found as Exclude<T, undefined | null | false>;
    if (performance.now() > endMs) throw new Error(timedOut(what, deadlineMs, lastSeen?.()));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Fails when `holds` stops holding within `ms`: for what must not happen. */
export async function expectSteady(what: string, ms: number, holds: () => boolean | Promise<boolean>) {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs) {
    if (!(await holds())) throw new Error(`no longer so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS * 5));
  }
}

function timedOut(what: string, deadlineMs: number, seen: unknown): string {
  const last = seen === undefined ? '' : `\nlast seen: ${inspect(seen, { depth: 8, breakLength: 110 })}`;
  return `not within ${deadlineMs / 1000} s: ${what}${last}`;
}

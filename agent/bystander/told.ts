// What was asked of somebody who may hang: an answer in time, or why there is none.
// Tested in test/agent/bystander/look.test.ts.
import { describeSystemError } from '../../lib/failures/system-error.ts';
import { setTimer } from '../../lib/time/timer.ts';

export type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** Never rejects, and resolves within `limitMs` at about the latest. What comes later is passed over. */
export function askWithin<T>(limitMs: number, ask: () => Promise<T>): Promise<Told<T>> {
  return new Promise((resolve) => {
    const cancel = setTimer(
      () => resolve({ ok: false, why: `there was no answer in ${limitMs / 1000} s` }),
      limitMs,
    );
    ask()
      .then(
        (value) => resolve({ ok: true, value }),
        (error: unknown) => resolve({ ok: false, why: describeSystemError(error) }),
      )
      .finally(cancel);
  });
}

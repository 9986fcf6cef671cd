// What became of something that was asked of a broker.
// Tested in test/lib/mqtt/publish-window.test.ts.

export type BrokerAnswer =
  | { readonly ok: true }
  /** Refused, with what the broker or the library says; `null` where the connection ended first. */
  | { readonly ok: false; readonly error: Error | null };

export const GRANTED: BrokerAnswer = { ok: true };
export const UNANSWERED: BrokerAnswer = { ok: false, error: null };

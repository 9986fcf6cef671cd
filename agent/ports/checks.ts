// What the agent wants looked at only when somebody asks: it costs more than a look at what is known.
import type { LineStatus } from './line.ts';

/** `unknown`: it could not be looked at, or gave no answer in time. */
export type CheckResult = 'ok' | 'warning' | 'error' | 'unknown';

export interface Checked {
  /** What was looked at, e.g. `disk`. */
  readonly name: string;
  readonly result: CheckResult;
  /** What was seen, with figures; no capital, no full stop. */
  readonly text: string;
}

/** What the agent knows by itself. */
export interface KnownForChecks {
  readonly broker: LineStatus;
}

export interface Checks {
  /** All of them at once; each is given two seconds. Never rejects. */
  run(known: KnownForChecks, signal: AbortSignal): Promise<readonly Checked[]>;
}

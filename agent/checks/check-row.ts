// One row of the table of checks.
// Tested in test/agent/checks/run-checks.test.ts.
import type { CheckResult, KnownForChecks } from '../ports/checks.ts';

export interface Verdict {
  readonly result: CheckResult;
  readonly text: string;
}

export interface CheckRow {
  readonly name: string;
  /** May throw: then it is `unknown`, with the error's words. Ends on the signal, or is left to itself then. */
  look(known: KnownForChecks, signal: AbortSignal): Promise<readonly Verdict[]> | readonly Verdict[];
}

export const ok = (text: string): Verdict => ({ result: 'ok', text });
export const warning = (text: string): Verdict => ({ result: 'warning', text });
export const error = (text: string): Verdict => ({ result: 'error', text });
export const unknown = (text: string): Verdict => ({ result: 'unknown', text });

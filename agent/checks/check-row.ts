// One row of the table of checks.
// Tested in test/agent/checks/run-checks.test.ts.
import type { CheckResult, KnownForChecks } from '../ports/checks.ts';

export interface CheckAnswer {
  readonly result: CheckResult;
  readonly text: string;
}

export interface CheckRow {
  readonly name: string;
  /** May throw: then it is `unknown`, with the error's words. Ends on the signal, or is left to itself then. */
  look(known: KnownForChecks, signal: AbortSignal): Promise<readonly CheckAnswer[]> | readonly CheckAnswer[];
}

export const ok = (text: string): CheckAnswer => ({ result: 'ok', text });
export const warning = (text: string): CheckAnswer => ({ result: 'warning', text });
export const error = (text: string): CheckAnswer => ({ result: 'error', text });
export const unknown = (text: string): CheckAnswer => ({ result: 'unknown', text });

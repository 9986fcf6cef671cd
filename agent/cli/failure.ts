// How a verb ends when it does not end well: one sentence, mostly a hint, an exit code. Thrown anywhere, told in run.ts.
import { EXIT } from './exit-codes.ts';

interface FailureDetails {
  /** A stable word for programs, e.g. `no_such_deployment`. */
  readonly code: string;
  readonly exitCode: (typeof EXIT)[keyof typeof EXIT];
  readonly message: string;
  /** What the technician can do about it. */
  readonly hint?: string | undefined;
}

export class CommandFailure extends Error {
  readonly code: string;
  readonly exitCode: FailureDetails['exitCode'];
  readonly hint: string | undefined;

  constructor({ code, exitCode, message, hint }: FailureDetails) {
    super(message);
    this.name = 'CommandFailure';
    this.code = code;
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** The command was typed wrongly; the message says how. */
export class UsageError extends CommandFailure {
  constructor(message: string) {
    super({ code: 'usage', exitCode: EXIT.usage, message });
    this.name = 'UsageError';
  }
}

// What can be wrong with the local socket, told so that a technician can act on it.
// Tested in test/agent/doors/socket/server.test.ts.

export type LocalSocketCode = 'in_use' | 'not_a_socket' | 'unusable';

/** The local API cannot be offered at `path`. */
export class LocalSocketError extends Error {
  readonly code: LocalSocketCode;
  readonly path: string;
  /** What an operator can do about it. */
  readonly hint: string;

  constructor(problem: {
    code: LocalSocketCode;
    path: string;
    message: string;
    hint: string;
    cause?: unknown;
  }) {
    super(problem.message, { cause: problem.cause });
    this.name = 'LocalSocketError';
    this.code = problem.code;
    this.path = problem.path;
    this.hint = problem.hint;
  }
}

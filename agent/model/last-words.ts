// What a service wrote before it failed.
// Tested in test/agent/loop/hear-last-words.test.ts.

export interface OutputLine {
  /** What a terminal shows comes as `stdout` alone. */
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Without the secrets of its deployment. */
export interface LastWords {
  /** The last lines, oldest first; none until they are read. */
  readonly log: readonly string[];
  /** The traceback that explains the failure. */
  readonly python?: PythonFailure;
}

export interface PythonFailure {
  readonly type: string;
  readonly message: string;
  /** The innermost frame. */
  readonly file: string | null;
  readonly line: number | null;
  readonly function: string | null;
  /** The innermost frame that is no library's, where that is another. */
  readonly culprit?: { readonly file: string; readonly line: number };
  readonly fingerprint: string;
  readonly traceback: string;
}

/** How often a traceback came, by its fingerprint. */
export interface TracebackCount {
  readonly fingerprint: string;
  /** Wall-clock time, ISO 8601. */
  readonly firstAt: string;
  readonly count: number;
}

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
  /** Where it hangs, or the thread of it that does. */
  readonly hang?: HangPlace;
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

/** A place in a Python program. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly function: string | null;
}

/** In the program itself, and where that called a library the innermost one. */
export interface HangPlace extends Place {
  /** Whose it is: `main thread`, `a thread`, `a task`. */
  readonly thread: string;
  /** How many threads have answered. */
  readonly threads: number;
  readonly innermost?: Place;
  readonly fingerprint: string;
  /** The stacks of all threads, that one's first. */
  readonly dump: string;
}

/** How often a traceback or a hang came, by its fingerprint. */
export interface TracebackCount {
  readonly fingerprint: string;
  /** Wall-clock time, ISO 8601. */
  readonly firstAt: string;
  readonly count: number;
}

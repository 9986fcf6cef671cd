// What both command lines, `holdfast` and `holdfastctl`, tell scripts (docs/deploying.md, docs/operations.md).
// Tested in test/lib/program/command-failure.test.ts.
export const EXIT = {
  good: 0,
  /** The answer is bad news: not converged, failed, rolled back, refused. */
  badNews: 1,
  /** Wrong usage, or an invalid file. */
  usage: 2,
  /** The agent or the broker cannot be reached. */
  unreachable: 3,
  timedOut: 4,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

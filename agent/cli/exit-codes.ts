// What `holdfast` tells scripts; `holdfastctl` uses the same numbers.
export const EXIT = {
  good: 0,
  /** The answer is bad news: not converged, failed, refused. */
  badNews: 1,
  /** Wrong usage, or an invalid file. */
  usage: 2,
  /** The agent cannot be reached. */
  unreachable: 3,
} as const;

// The last lines that a failing service wrote. They are its own: nothing in them is to be trusted.
// Tested in test/lib/answers/why.test.ts.

/** Below a line of code Python marks the place in it: of no use where there is little room. */
const MARKS = /^[\s~^]*[~^][\s~^]*$/;

/** The newest that say something, oldest first. */
export function newestWords(log: readonly string[], count: number): readonly string[] {
  return log.filter((line) => !MARKS.test(line)).slice(-count);
}

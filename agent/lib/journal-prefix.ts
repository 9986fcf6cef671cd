// journald takes the priority of a line from a `<n>` before it (sd-daemon(3)); without it all lines are alike.

/** Syslog priorities by pino's level numbers. */
const PRIORITIES: readonly (readonly [level: number, priority: number])[] = [
  [60, 2],
  [50, 3],
  [40, 4],
  [30, 6],
];
const DEBUG = 7;

/** `<4>` for a JSON line whose level is 40 (warn). pino writes the level first. */
export function journalPrefix(line: string): string {
  const level = Number(/^\{"level":(\d+)/.exec(line)?.[1] ?? 30);
  const known = PRIORITIES.find(([from]) => level >= from);
  return `<${known?.[1] ?? DEBUG}>`;
}

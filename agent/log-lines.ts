// Lines of the agent's log: JSON, one object a line, for programs and for people who read the journal.
import { type LoggerOptions, stdTimeFunctions } from 'pino';

/** Levels in words and times that people read. */
export const LINE_OPTIONS: LoggerOptions = {
  formatters: { level: (label) => ({ level: label }) },
  timestamp: stdTimeFunctions.isoTime,
};

/** Syslog priorities. */
const PRIORITIES: Readonly<Record<string, number>> = { fatal: 2, error: 3, warn: 4, info: 6 };
const DEBUG = 7;

/** journald takes the priority of a line from a `<n>` before it (sd-daemon(3)); without it all lines are alike. */
export function withPriority(line: string): string {
  // pino writes the level first.
  const level = /^\{"level":"(\w+)"/.exec(line)?.[1] ?? 'info';
  return `<${PRIORITIES[level] ?? DEBUG}>${line}`;
}

import pino from 'pino';
import { expect, it } from 'vitest';
import { journalPrefix } from '../../../agent/lib/journal-prefix.ts';

it.each([
  ['fatal', '<2>'],
  ['error', '<3>'],
  ['warn', '<4>'],
  ['info', '<6>'],
  ['debug', '<7>'],
] as const)("gives pino's %s the priority %s", (level, prefix) => {
  const lines: string[] = [];
  pino({ level: 'debug', base: { device: 'x' } }, { write: (line: string) => lines.push(line) })[level](
    { a: 1 },
    'message',
  );
  expect(lines.map(journalPrefix)).toEqual([prefix]);
});

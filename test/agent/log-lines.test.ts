import pino from 'pino';
import { expect, it } from 'vitest';
import { LINE_OPTIONS, withPriority } from '../../agent/log-lines.ts';

function lineOf(level: 'fatal' | 'error' | 'warn' | 'info' | 'debug'): string {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  pino({ ...LINE_OPTIONS, level: 'debug', base: { device: 'x' } }, { write })
    .child({ room: 'loop' })
    [level]({ a: 1 }, 'message');
  expect(lines).toHaveLength(1);
  return lines.join('');
}

it.each([
  ['fatal', '<2>'],
  ['error', '<3>'],
  ['warn', '<4>'],
  ['info', '<6>'],
  ['debug', '<7>'],
] as const)('gives a line of the level %s the priority %s', (level, prefix) => {
  const line = lineOf(level);
  expect(withPriority(line)).toBe(prefix + line);
});

it('tells level and time in words that people read', () => {
  expect(JSON.parse(lineOf('warn'))).toMatchObject({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    device: 'x',
    room: 'loop',
    a: 1,
    msg: 'message',
  });
});

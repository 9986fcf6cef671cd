import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { openOutput } from '../../../agent/cli/open-output.ts';

/** Sound: no more of a stream is used. */
const asStream = (stream: Partial<WriteStream>): WriteStream => stream as WriteStream;

test('the width is that of the moment', () => {
  const terminal = { isTTY: true, columns: 80 };
  const output = openOutput(asStream(terminal), true);
  expect([output.columns, output.hasColour]).toEqual([80, true]);
  terminal.columns = 40;
  expect(output.columns).toBe(40);
});

test('so is the height, where the terminal tells it', () => {
  const terminal = { isTTY: true, columns: 80, rows: 24 };
  const output = openOutput(asStream(terminal), true);
  terminal.rows = 10;
  expect(output.rows).toBe(10);
  expect(openOutput(asStream({ isTTY: true, rows: 0 }), true).rows).toBeNull();
  expect(openOutput(asStream({ rows: 24 }), true).rows).toBeNull();
});

test('what is no terminal has no width and no colour', () => {
  const output = openOutput(asStream({}), true);
  expect([output.columns, output.hasColour]).toEqual([null, false]);
});

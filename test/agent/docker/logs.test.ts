import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unframe } from '../../../agent/docker/logs.ts';

function frame(stream: number, text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

test('strips the frames of both streams, in order', () => {
  const raw = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n'), frame(1, ''), frame(1, 'three\n')]);
  expect(unframe(raw).toString()).toBe('one\ntwo\nthree\n');
});

test('leaves the output of a terminal as it is', () => {
  expect(unframe(Buffer.from('plain output\nof a terminal\n')).toString()).toBe(
    'plain output\nof a terminal\n',
  );
});

test('takes nothing, and what is cut short', () => {
  expect(unframe(Buffer.alloc(0)).toString()).toBe('');
  expect(unframe(frame(1, 'whole\n').subarray(0, 11)).toString()).toBe('who');
});

test('gives back whatever was framed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.string())), (parts) => {
      const raw = Buffer.concat(parts.map(([stream, text]) => frame(stream, text)));
      expect(unframe(raw).toString()).toBe(
        Buffer.concat(parts.map(([, text]) => Buffer.from(text))).toString(),
      );
    }),
  );
});

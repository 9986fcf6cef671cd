import { expect, test } from 'vitest';
import { type Failure, fingerprintOf } from '../../../agent/python/fingerprint.ts';

const FAILURE: Failure = {
  type: 'ValueError',
  message: 'cell 7 at 0x7f12ab34cd56 of 3f2504e0-4f89-11d3-9a0c-0305e82c3301 in /tmp/tmpab3x/in.csv: -1.5e3',
  frames: [
    { file: '/app/main.py', line: 9, function: '<module>' },
    { file: '/app/main.py', line: 5, function: 'load' },
  ],
};
const changed = (change: Partial<Failure>): string => fingerprintOf({ ...FAILURE, ...change });
const SAME = fingerprintOf(FAILURE);

test('it is short', () => {
  expect(SAME).toMatch(/^[0-9a-f]{12}$/);
});

test('numbers, addresses, identifiers and temporary paths do not count', () => {
  const message =
    'cell 12 at 0x7f0000000010 of 6ba7b810-9dad-11d1-80b4-00c04fd430c8 in /tmp/tmpzz9q/in.csv: 20';
  expect(changed({ message })).toBe(SAME);
});

test('nor does where in a file it is, nor how often a function called itself', () => {
  const frames = FAILURE.frames.flatMap((frame) => [frame, { ...frame, line: frame.line + 40 }]);
  expect(changed({ frames })).toBe(SAME);
});

test('nor the frames above the innermost five', () => {
  const deep = Array.from({ length: 9 }, (_, index) => ({
    file: '/app/a.py',
    line: 1,
    function: `f${'x'.repeat(index)}`,
  }));
  expect(changed({ frames: deep })).toBe(changed({ frames: deep.slice(2) }));
});

test('type, words, file and function do', () => {
  const [outer, inner] = FAILURE.frames;
  const frames = [outer, inner].flatMap((frame) =>
    frame === undefined ? [] : [{ ...frame, function: 'other' }],
  );
  const others = [
    changed({ type: 'OSError' }),
    changed({ message: 'pump 7' }),
    changed({ frames }),
    changed({ frames: [] }),
  ];
  expect(new Set([SAME, ...others]).size).toBe(5);
});

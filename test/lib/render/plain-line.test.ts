import { expect, test } from 'vitest';
import { plainLine } from '../../../lib/render/plain-line.ts';

test('colours go and the indent stays', () => {
  expect(plainLine('\u001b[31m\tFile "a.py", line 3\u001b[0m')).toBe('    File "a.py", line 3');
});

test('nothing is left that a terminal obeys or hides', () => {
  expect(plainLine('a\u001b]0;title\u0007b\u009b2Jc\u202ed\re\u0000')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

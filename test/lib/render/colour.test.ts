import { expect, test } from 'vitest';
import { paint, wantsColour } from '../../../lib/render/colour.ts';

test('colour is wanted unless the environment says otherwise', () => {
  expect(wantsColour({ TERM: 'xterm-256color', NO_COLOR: '' })).toBe(true);
  expect(wantsColour({ NO_COLOR: '1' })).toBe(false);
  expect(wantsColour({ TERM: 'dumb' })).toBe(false);
});

test('what is painted is so wherever it is written to', () => {
  expect(paint('failed', 'red')).toBe('\u001b[31mfailed\u001b[39m');
  expect(paint('PHASE', 'bold')).toBe('\u001b[1mPHASE\u001b[22m');
});

import { expect, test } from 'vitest';
import { quote } from '../../../lib/render/quote.ts';

const LINES = ['  File "/app/camera.py", line 24, in take_picture', '    port = settings["port"]'];

test('a line keeps its indent behind the bar', () => {
  expect(quote(LINES, null)).toEqual([
    '  |   File "/app/camera.py", line 24, in take_picture',
    '  |     port = settings["port"]',
  ]);
});

test('a long one is broken, and goes on further in', () => {
  expect(quote(LINES, 40)).toEqual([
    '  |   File "/app/camera.py", line 24, in',
    '  |     take_picture',
    '  |     port = settings["port"]',
  ]);
});

test('nothing in it drives the terminal', () => {
  expect(quote(['\u001b[31mred\u001b[0m\tand\u0007 loud'], null)).toEqual(['  | red    and  loud']);
});

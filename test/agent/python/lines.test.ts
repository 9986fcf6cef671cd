import { expect, test } from 'vitest';
import { afterPrefix, readEnding, readFrame, readHeader } from '../../../agent/python/lines.ts';

test.each([
  ['  File "a.py", line 3, in f', '', { file: 'a.py', line: 3, function: 'f' }],
  [
    'web-1  |   File "a b.py", line 3, in C.<lambda>',
    'web-1  | ',
    { file: 'a b.py', line: 3, function: 'C.<lambda>' },
  ],
  ['  File "a.py", line 3', '', { file: 'a.py', line: 3, function: null }],
  ['  File "a.py", line 3 in f', '', { file: 'a.py', line: 3, function: 'f' }],
  ['File "a.py", line 3, in f', '', { file: 'a.py', line: 3, function: 'f' }],
])('%s is a frame', (text, prefix, value) => {
  expect(readFrame(text)).toEqual({ prefix, value });
});

test.each(['see File "a.py", line 3, in f', '  File "a.py", line x', '  File "a.py"', '  File a.py, line 3'])(
  '%s is no frame',
  (text) => {
    expect(readFrame(text)).toBeNull();
  },
);

test('a header has a prefix, and a group its margin', () => {
  const words = 'Traceback (most recent call last):';
  expect(readHeader(`ERROR ${words}`)).toEqual({ prefix: 'ERROR ', value: { isGroup: false } });
  expect(readHeader(`  + Exception Group ${words}`)).toEqual({ prefix: '  | ', value: { isGroup: true } });
  expect(readHeader(`${words} and more`)).toBeNull();
});

test.each([
  ['KeyError: 1', 'KeyError', '1', true],
  ['json.decoder.JSONDecodeError: a: b', 'json.decoder.JSONDecodeError', 'a: b', true],
  ['run.<locals>.Broken: x', 'run.<locals>.Broken', 'x', true],
  ['AssertionError', 'AssertionError', '', true],
  ['struct.error: x', 'struct.error', 'x', true],
  ['stalled: belt 3', 'stalled', 'belt 3', false],
])('%s may end a traceback', (text, type, message, isSure) => {
  expect(readEnding(text)).toEqual({ type, message, isSure });
});

test.each(['INFO: started', 'two words: x', '    indented', '', '[1] x', 'a.py:3: x', 'KeyError:x'])(
  '%j does not',
  (text) => {
    expect(readEnding(text)).toBeNull();
  },
);

test('in a prefix any number stands for another', () => {
  expect(afterPrefix('12:00:10 rest', '9:59:59 ')).toBe('rest');
  expect(afterPrefix('web-1 |', 'web-1 | ')).toBe('');
  expect(afterPrefix('other', 'web-1 | ')).toBeNull();
});

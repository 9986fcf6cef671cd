import { expect, test } from 'vitest';
import { findTraceback, type Traceback } from '../../../agent/python/find-traceback.ts';

function find(text: string, stream: 'stdout' | 'stderr' = 'stderr'): Traceback | null {
  return findTraceback(text.split('\n').map((line) => ({ stream, text: line })));
}

const PLAIN = `Traceback (most recent call last):
  File "/app/main.py", line 9, in <module>
    connect()
  File "/app/main.py", line 5, in connect
    return settings["serial_port"]
           ~~~~~~~~^^^^^^^^^^^^^^^
KeyError: 'serial_port'`;

const PLACE = { file: '/app/main.py', line: 5, function: 'connect' };

test('a traceback is told with type, message, place and text', () => {
  expect(find(`begin\n${PLAIN}`)).toEqual({
    type: 'KeyError',
    message: "'serial_port'",
    place: PLACE,
    culprit: PLACE,
    fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
    text: PLAIN,
  });
});

test('output without a traceback has none', () => {
  expect(find('')).toBeNull();
  expect(find('ValueError: told by somebody\nsee File "a.py", line 3')).toBeNull();
  expect(find('Traceback (most recent call last):')).toBeNull();
});

test('the last one counts, not what is told on the way out', () => {
  const other = PLAIN.replaceAll('KeyError', 'OSError').replaceAll('line 5', 'line 7');
  expect(find(`${PLAIN}\n${other}`)?.type).toBe('OSError');
  expect(find(`${PLAIN}\nException ignored in: <function P.__del__ at 0x7f>\n${other}`)?.type).toBe(
    'KeyError',
  );
  expect(find(`Exception ignored in: <function P.__del__ at 0x7f>\n${other}`)?.type).toBe('OSError');
});

test('the header may be cut off', () => {
  const cut = PLAIN.split('\n').slice(3).join('\n');
  expect(find(cut)).toMatchObject({ type: 'KeyError', place: PLACE });
});

test('the call stack below an error of the logging module is no traceback', () => {
  const stack = `Call stack:
  File "/app/main.py", line 3, in <module>
    logging.error("%d", "x")
Message: '%d'
Arguments: ('x',)`;
  expect(find(`${PLAIN}\n${stack}`)).toMatchObject({ type: 'KeyError', place: PLACE });
});

test('times in the prefix of each line may pass', () => {
  const lines = PLAIN.split('\n').map(
    (line, index) => `[2026-11-28 12:00:${9 + index},${120 + index}: WARNING/ForkPoolWorker-1] ${line}`,
  );
  expect(find(lines.join('\n'))).toMatchObject({
    type: 'KeyError',
    message: "'serial_port'",
    place: PLACE,
    text: PLAIN,
  });
});

test('each stream is read for itself', () => {
  const output = PLAIN.split('\n').flatMap((text) => [
    { stream: 'stdout' as const, text: 'SomeError: not this one' },
    { stream: 'stderr' as const, text },
  ]);
  expect(findTraceback(output)).toMatchObject({ type: 'KeyError', text: PLAIN });
});

test('blanks at the begin of lines may be lost', () => {
  const trimmed = PLAIN.replace(/^ +/gm, '').replace(/^~.*\n/m, '');
  expect(find(trimmed)).toMatchObject({ type: 'KeyError', place: PLACE });
});

test('of a chain the last is told, and all of it is in the text', () => {
  const chain = `${PLAIN}\n\nThe above exception was the direct cause of the following exception:\n
Traceback (most recent call last):
  File "/app/main.py", line 20, in load
    raise ConfigError("no port") from error
ConfigError: no port`;
  const found = find(chain);
  expect(found).toMatchObject({ type: 'ConfigError', place: { line: 20 } });
  expect(found?.text).toContain("KeyError: 'serial_port'");
});

test('of a group the members are in the text', () => {
  const group = `  + Exception Group Traceback (most recent call last):
  |   File "/app/main.py", line 13, in <module>
  |     raise ExceptionGroup("2 sensors", errors)
  | ExceptionGroup: 2 sensors (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/app/main.py", line 8, in read
    |     raise ValueError("a")
    | ValueError: a
    +---------------- 2 ----------------
    | TypeError: b
    +------------------------------------`;
  const found = find(group);
  expect(found).toMatchObject({ type: 'ExceptionGroup', place: { line: 13 } });
  expect(found?.text).toContain('ValueError: a');
});

test('an exception of another process has the place there', () => {
  const handedOn = `concurrent.futures.process._RemoteTraceback:
"""
${PLAIN}
"""

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/main.py", line 30, in <module>
    pool.submit(connect).result()
  File "/usr/lib/python3.13/concurrent/futures/_base.py", line 401, in __get_result
    raise self._exception
KeyError: 'serial_port'`;
  expect(find(handedOn)).toMatchObject({ type: 'KeyError', place: PLACE });
});

test('the culprit is the innermost frame of no library', () => {
  const found = find(
    PLAIN.replace('/app/main.py", line 5', '/venv/lib/python3.11/site-packages/bus/port.py", line 5'),
  );
  expect(found?.place?.file).toBe('/venv/lib/python3.11/site-packages/bus/port.py');
  expect(found?.culprit).toEqual({ file: '/app/main.py', line: 9, function: '<module>' });
});

test('a fatal error is told with the thread that did it', () => {
  const fatal = `Fatal Python error: Segmentation fault

Thread 0x00007f1 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 320 in wait

Current thread 0x00007f2 (most recent call first):
  File "/app/main.py", line 5 in connect
  File "/app/main.py", line 9 in <module>

Extension modules: numpy (total: 1)`;
  expect(find(fatal)).toMatchObject({
    type: 'Fatal Python error',
    message: 'Segmentation fault',
    place: PLACE,
  });
  expect(find('Fatal Python error: init_sys_streams: no stdin')).toMatchObject({
    place: null,
    culprit: null,
  });
});

test('a message that begins with a line end is not lost, and notes are in the text', () => {
  const found = find(PLAIN.replace("KeyError: 'serial_port'", 'ValueError: \n1 problem:\n  port missing'));
  expect(found).toMatchObject({ type: 'ValueError', message: '1 problem:' });
  expect(found?.text).toContain('  port missing');
});

test.each([
  ['a line of a megabyte', 'x'.repeat(1024 * 1024)],
  ['a line of colons and dots', `${'a.'.repeat(50_000)}: ${': '.repeat(50_000)}`],
  ['many frames', '  File "a.py", line 3, in f\n'.repeat(20_000)],
  ['many headers', 'Traceback (most recent call last):\n'.repeat(20_000)],
  ['many endings', `Traceback (most recent call last):\n${'Boom: x\n'.repeat(20_000)}`],
  ['frames that are never whole', '  File "\n'.repeat(20_000)],
  ['quotes without an end', `"Traceback (most recent call last):\\n${'\\\\'.repeat(200_000)}`],
  [
    'nested margins',
    Array.from(
      { length: 2000 },
      (_, depth) => `${' '.repeat(depth)}| Traceback (most recent call last):`,
    ).join('\n'),
  ],
  ['chains', `${PLAIN}\nDuring handling of the above exception, another exception occurred:\n`.repeat(3000)],
  [
    'fatal errors',
    `Fatal Python error: x\nThread 0x1 (most recent call first):\n${'  File "a.py", line 3 in f\n'.repeat(100)}`.repeat(
      20,
    ),
  ],
])('%s takes no long time', (_name, text) => {
  const begin = performance.now();
  find(text);
  expect(performance.now() - begin).toBeLessThan(2000);
});

import { expect, test } from 'vitest';
import { findHang, type Hang } from '../../../agent/python/find-hang.ts';

const LIB = '/usr/lib/python3.11';
const BEGIN = [
  `  File "${LIB}/threading.py", line 975 in run`,
  `  File "${LIB}/threading.py", line 1038 in _bootstrap_inner`,
  `  File "${LIB}/threading.py", line 995 in _bootstrap`,
];

function find(lines: readonly string[], stream: 'stdout' | 'stderr' = 'stderr'): Hang | null {
  return findHang(lines.map((text) => ({ stream, text })));
}

/** The innermost frame first; `app:5 in f` is the program's own, all others are Python's. */
function stack(kind: string, ...frames: readonly string[]): string[] {
  const lines = frames.map((frame) => {
    const [, file, line, name] = /^(\S+):(\d+) in (\S+)$/.exec(frame) ?? [];
    return `  File "${file === 'app' ? '/app' : LIB}/${file}.py", line ${line} in ${name}`;
  });
  return [`${kind} 0x00007fcec2abf4c0 (most recent call first):`, ...lines];
}
const thread = (...frames: readonly string[]): string[] => [...stack('Thread', ...frames), ...BEGIN, ''];
const main = (...frames: readonly string[]): string[] => stack('Current thread', ...frames);
const task = (...frames: readonly string[]): string[] => ['', ...stack('Task', ...frames)];

const SERVES = ['selectors:468 in select', 'socketserver:233 in serve_forever', 'app:90 in <module>'];
const HANDLES = ['socketserver:691 in process_request_thread'];
const LOOPS = ['selectors:468 in select', 'asyncio/base_events:1884 in _run_once', 'app:90 in <module>'];

test('the line in the program is told, and what it called', () => {
  const dump = main(
    'socket:720 in readinto',
    'http/client:286 in begin',
    'app:42 in fetch',
    'app:90 in <module>',
  );
  expect(find(dump)).toEqual({
    thread: 'main thread',
    threads: 1,
    culprit: { file: '/app/app.py', line: 42, function: 'fetch' },
    place: { file: `${LIB}/socket.py`, line: 720, function: 'readinto' },
    fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
    text: expect.stringMatching(/^Main thread, .*\n {2}File .*socket.py", line 720, in readinto\n/),
  });
  expect(find(dump, 'stdout')?.culprit.line).toBe(42);
});

test.each<[string, readonly string[], number]>([
  [
    'a handler, not the loop that called it',
    [...thread('app:7 in handle', ...HANDLES), ...main(...SERVES)],
    7,
  ],
  [
    'a handler, not what sleeps beside it',
    [...thread('app:3 in refresh'), ...thread('app:7 in handle', ...HANDLES), ...main('app:90 in <module>')],
    7,
  ],
  [
    'the oldest of handlers, as the others wait for it',
    [...thread('app:6 in save', ...HANDLES), ...thread('app:7 in read', ...HANDLES), ...main(...SERVES)],
    7,
  ],
  [
    'who has got past the line at which others wait, though it came later',
    [
      ...thread('app:7 in read', 'app:9 in do', ...HANDLES),
      ...thread('app:8 in do', ...HANDLES),
      ...main(...SERVES),
    ],
    7,
  ],
  [
    'a thread, not who joins it',
    [...thread('app:7 in work'), ...main('threading:1119 in join', 'app:9 in m')],
    7,
  ],
  ['who joins where there is nothing else', main('threading:1119 in join', 'app:9 in m'), 9],
  [
    'a thread after the end of the program',
    [...thread('app:7 in work'), ...main('threading:1590 in _shutdown')],
    7,
  ],
  ['a task, where the loop only waits', [...main(...LOOPS), ...task('app:7 in fetch', 'app:8 in handle')], 7],
  [
    'what blocks the loop, not a task that waits for it',
    [...main('app:7 in read', 'asyncio/events:80 in _run', ...LOOPS.slice(1)), ...task('app:8 in handle')],
    7,
  ],
  ['a child, not the parent that waits for it', [...main('app:7 in work'), ...main('app:9 in <module>')], 7],
  [
    'a forked worker without the lines that forked it',
    main(
      'app:7 in work',
      'multiprocessing/pool:125 in worker',
      'multiprocessing/process:314 in _bootstrap',
      'app:9 in m',
    ),
    7,
  ],
])('of several %s', (_name, dump, line) => {
  expect(find(dump)?.culprit.line).toBe(line);
});

test('where no line is of the program, that of what was installed is told, or of Python itself', () => {
  const installed = '  File "/usr/local/lib/python3.11/site-packages/svc/main.py", line 5 in run';
  expect(find([...main('socket:720 in readinto'), installed])?.culprit.file).toContain('svc/main.py');
  expect(find(main('socket:720 in readinto'))?.culprit.file).toContain('socket.py');
});

test('output of others in between is passed over', () => {
  const [header = '', ...frames] = main('socket:720 in readinto', 'app:42 in fetch');
  const mixed = ['INFO started', header, ...frames.flatMap((frame) => ['INFO tick', frame]), 'INFO tick'];
  expect(find(mixed)?.culprit.line).toBe(42);
});

test('the same hang has the same fingerprint at another line', () => {
  const at = (line: number) => find(main('socket:720 in readinto', `app:${line} in fetch`))?.fingerprint;
  expect(at(4)).toBe(at(5));
  expect(at(4)).not.toBe(find(main('app:4 in other'))?.fingerprint);
});

test('output without a dump, or without Python in it, has none', () => {
  expect(find([])).toBeNull();
  expect(find(['  File "/app/app.py", line 4 in f'])).toBeNull();
  expect(find(main())).toBeNull();
});

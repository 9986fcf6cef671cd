// The shapes in which a container's log may hold what a program wrote.
import type { OutputLine } from '../../agent/model/last-words.ts';

export interface Shape {
  readonly name: string;
  readonly isColoured: boolean;
  /** `null` where a program's output cannot have it. `chance` gives numbers from 0 to 1, the same in each run. */
  readonly form: (output: readonly OutputLine[], chance: () => number) => OutputLine[] | null;
}

const asStdout = (text: string): OutputLine => ({ stream: 'stdout', text });

export const SHAPES: readonly Shape[] = [
  { name: 'plain', isColoured: false, form: (output) => [...output] },
  { name: 'terminal', isColoured: true, form: (output) => output.map(({ text }) => asStdout(`${text}\r`)) },
  { name: 'prefixed', isColoured: false, form: prefixed },
  { name: 'json', isColoured: false, form: asJson },
  { name: 'interleaved', isColoured: false, form: interleaved },
  {
    name: 'one stream',
    isColoured: false,
    form: (output, chance) => interleaved(output, chance).map(({ text }) => asStdout(text)),
  },
  { name: 'split', isColoured: false, form: (output) => output.flatMap(split) },
];

/** As a process manager or Compose puts before each line. */
function prefixed(output: readonly OutputLine[], chance: () => number): OutputLine[] {
  const isCompose = chance() < 0.5;
  return output.map(({ text }, index) =>
    asStdout(
      isCompose
        ? `web-1  | ${text}`
        : `2026-11-28 12:${String(index % 60).padStart(2, '0')}:09,${100 + index} ERROR root: ${text}`,
    ),
  );
}

/** All that went to `stderr` as one field, as formatters of logs do with an exception. */
function asJson(output: readonly OutputLine[]): OutputLine[] | null {
  const errors = output.filter(({ stream }) => stream === 'stderr').map(({ text }) => text);
  const isPlain = errors.some((text) => text.endsWith('Traceback (most recent call last):'));
  if (!isPlain) return null;
  const line = { level: 'error', event: 'unhandled "exception"', exc_info: errors.join('\n'), pid: 7 };
  return [asStdout('{"event":"start"}'), asStdout(JSON.stringify(line)), asStdout('{"event":"stop"}')];
}

const OTHERS = [
  'INFO:     127.0.0.1:40112 - "GET /health HTTP/1.1" 200 OK',
  'Connected: True',
  'Temperature: 21.5',
  '[2026-11-28 12:00:00 +0000] [7] [INFO] Listening at: http://0.0.0.0:8000',
  '{"level":"info","message":"frame 17"}',
  'frame 18 of 25: 3 objects',
  '',
  '    indented: as a table would be',
  'Done',
];

/** What another thread or process writes in between. */
function interleaved(output: readonly OutputLine[], chance: () => number): OutputLine[] {
  return output.flatMap((line) => {
    if (chance() > 0.35) return [line];
    const other = OTHERS[Math.floor(chance() * OTHERS.length)] ?? '';
    return [asStdout(other), line];
  });
}

const WIDTH = 72;

function split({ stream, text }: OutputLine): OutputLine[] {
  const pieces = text.match(new RegExp(`.{1,${WIDTH}}`, 'gsu')) ?? [''];
  return pieces.map((piece) => ({ stream, text: piece }));
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PythonFailure } from '../../../../agent/model/last-words.ts';
import type { ServiceFailure, ServiceHistory } from '../../../../agent/model/record.ts';
import { MAX_FAILURE_BYTES, tellLastFailure } from '../../../../agent/reconcile/tell/last-failure.ts';

const AT = '2026-11-28T10:00:00.000Z';
const FAILURE: ServiceFailure = {
  code: 'exited',
  message: 'it exited with code 1',
  exitCode: 1,
  at: AT,
  nextTryAt: '2026-11-28T10:01:00.000Z',
};
const PYTHON: PythonFailure = {
  type: 'KeyError',
  message: "'serial_port'",
  file: '/app/main.py',
  line: 5,
  function: 'connect',
  fingerprint: '1df40f3a71a1',
  traceback: 'Traceback …',
};

function historyWith(lastFailure: ServiceFailure | null, more: Partial<ServiceHistory> = {}): ServiceHistory {
  const none = {
    spec: 's',
    restarts: 0,
    failuresInRow: 1,
    delayMs: 0,
    retryAtMs: null,
    watched: null,
    applied: null,
  };
  return { ...none, lastFailure, ...more };
}

test('a failure is told with traceback, count and log', () => {
  const failure = { ...FAILURE, lastWords: { log: ['end'], python: PYTHON } };
  const tracebacks = [{ fingerprint: PYTHON.fingerprint, firstAt: '2026-11-27T10:00:00.000Z', count: 7 }];
  expect(tellLastFailure(historyWith(failure, { tracebacks, retryAtMs: 10 }), 5)).toEqual({
    code: 'exited',
    message: 'it exited with code 1',
    at: AT,
    exit_code: 1,
    next_try_at: FAILURE.nextTryAt,
    python: PYTHON,
    first_at: '2026-11-27T10:00:00.000Z',
    count: 7,
    log: ['end'],
  });
});

test('how memory grew is told in figures', () => {
  const memory = { limitBytes: 128, samples: 12, rise: { fromBytes: 40, spanMs: 180_000 } };
  const { rise: _, ...unknown } = memory;
  const told = (grown: typeof memory | typeof unknown) =>
    tellLastFailure(historyWith({ ...FAILURE, memory: grown }), 5)?.memory;
  expect(told(memory)).toEqual({ limit_bytes: 128, samples: 12, from_bytes: 40, span_ms: 180_000 });
  expect(told(unknown)).toEqual({ limit_bytes: 128, samples: 12 });
});

test('one of which nothing was read is told as before', () => {
  expect(tellLastFailure(historyWith(FAILURE), 5)).toEqual({
    code: 'exited',
    message: 'it exited with code 1',
    at: AT,
    exit_code: 1,
  });
  expect(tellLastFailure(historyWith(null), 5)).toBeNull();
});

test.each([
  [{ code: 'oom_killed', exitCode: 137 }, 'SIGKILL by the kernel, for passing its memory limit'],
  [{ code: 'exited', exitCode: 137 }, expect.stringContaining('SIGKILL from outside')],
  [{ code: 'exited', exitCode: 139 }, 'SIGSEGV (a segmentation fault)'],
  [{ code: 'exited', exitCode: 143 }, expect.stringContaining('SIGTERM')],
  [{ code: 'exited', exitCode: 255 }, undefined],
  [{ code: 'exited', exitCode: 1 }, undefined],
  [{ code: 'unhealthy', exitCode: null }, undefined],
] as const)('the signal of %o is told in words', (how, signal) => {
  expect(tellLastFailure(historyWith({ ...FAILURE, ...how }), 0)?.signal).toEqual(signal);
});

test('all of it has at most 4 KiB, and the end of the traceback stays before the log', () => {
  const traceback = `${'x'.repeat(1900)} end`;
  const log = Array.from({ length: 10 }, () => 'y'.repeat(300));
  const told = tellLastFailure(
    historyWith({ ...FAILURE, lastWords: { log, python: { ...PYTHON, traceback } } }),
    0,
  );
  expect(told?.python?.traceback).toBe(traceback);
  expect(told?.log?.length).toBeGreaterThan(3);
});

test('whatever the texts are, it stays within the bound', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2000 }),
    fc.constantFrom('"', '\n', '\u0001', '€', '\u{1f321}').map((one) => one.repeat(1000)),
  );
  const words = fc.record({
    log: fc.array(text, { maxLength: 10 }),
    python: fc.record({
      type: text,
      message: text,
      file: text,
      line: fc.nat(),
      function: text,
      culprit: fc.record({ file: text, line: fc.nat() }),
      fingerprint: fc.constant('1df40f3a71a1'),
      traceback: text,
    }),
  });
  fc.assert(
    fc.property(words, text, (lastWords, message) => {
      const told = tellLastFailure(historyWith({ ...FAILURE, message, lastWords }), 0);
      expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThanOrEqual(MAX_FAILURE_BYTES);
    }),
  );
});

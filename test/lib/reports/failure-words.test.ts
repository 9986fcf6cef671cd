import { expect, test } from 'vitest';
import { describePython } from '../../../lib/reports/failure-words.ts';
import type { LastFailure } from '../../../protocol/reports/status.ts';

const FAILURE: LastFailure = {
  code: 'exited',
  message: 'it exited with code 1',
  at: '2026-11-28T10:00:00.000Z',
  python: {
    type: 'KeyError',
    message: "'serial_port'",
    file: '/srv/app.py',
    line: 12,
    function: 'connect',
    fingerprint: '1df40f3a71a1',
    traceback: '',
  },
};

test('an exception is told with its place, and how often it came', () => {
  expect(describePython(FAILURE)).toBe("KeyError: 'serial_port' (app.py:12)");
  expect(describePython({ ...FAILURE, count: 7 })).toBe("KeyError: 'serial_port' (app.py:12, 7 times)");
});

test('the place is that of the program, not of a library', () => {
  const python = { ...FAILURE.python!, message: '', culprit: { file: 'main.py', line: 3 } };
  expect(describePython({ ...FAILURE, python })).toBe('KeyError (main.py:3)');
});

test('what has no place, or no traceback, is told without', () => {
  expect(describePython({ ...FAILURE, python: { ...FAILURE.python!, file: null, line: null } })).toBe(
    "KeyError: 'serial_port'",
  );
  expect(describePython({ code: 'exited', message: 'x', at: FAILURE.at })).toBeNull();
});

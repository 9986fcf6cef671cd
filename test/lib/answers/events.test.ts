import { expect, test } from 'vitest';
import { renderEvent } from '../../../lib/answers/events.ts';
import { NOW } from '../../agent/cli/fixtures.ts';

const FAILED = {
  ...{ seq: 1, at: '2026-11-22T03:12:07.123Z', type: 'service_failed' },
  ...{ deployment: 'line', service: 'camera', code: 'exited', message: 'the program ended with exit code 1' },
};

test('an event is one line where nothing is wrapped', () => {
  expect(renderEvent(FAILED, { now: NOW, columns: null, hasColour: false })).toBe(
    '2026-11-22T03:12:07Z line/camera: failed: the program ended with exit code 1 (exited)\n',
  );
});

test('40 columns are enough', () => {
  const text = renderEvent(FAILED, { now: NOW, columns: 40, hasColour: false });
  expect(text.split('\n').every((line) => line.length <= 40)).toBe(true);
  expect(text).toContain('\n  ');
});

test('what failed is red, and what runs as asked is green', () => {
  const view = { now: NOW, columns: null, hasColour: true };
  expect(renderEvent(FAILED, view)).toContain('\u001b[31m');
  const phase = { type: 'phase', deployment: 'line', phase: 'converged', revision: 7, reason: null };
  expect(renderEvent({ seq: 2, at: FAILED.at, ...phase }, view)).toContain('\u001b[32m');
});

test('an update that failed tells what explains it', () => {
  const view = { now: NOW, columns: null, hasColour: false };
  const python = {
    ...{ type: 'KeyError', message: "'PORT'", file: '/app/main.py', line: 3, function: 'main' },
    ...{ fingerprint: 'f', traceback: '' },
  };
  const reason = { code: 'exited', message: 'it exited with code 1' };
  const services = { camera: { ...reason, at: FAILED.at, failures: 3, python } };
  const about = { deployment: 'line', revision: 7, path: 'services.camera', ...reason, services };
  expect(renderEvent({ seq: 3, at: FAILED.at, type: 'update_failed', ...about }, view)).toBe(
    '2026-11-22T03:12:07Z line: revision 7 failed: camera: it exited with code 1 (exited): ' +
      "KeyError: 'PORT' (main.py:3)\n",
  );
});

import { expect, test } from 'vitest';
import { lastSwitchOf } from '../../../agent/planning/last-switch.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 22, 10, 0, seconds)).toISOString();

/** As the journal has them: the newest first. */
function newest(...events: readonly (readonly [seconds: number, type: string, service: string])[]) {
  return events
    .map(([seconds, type, service], seq) => ({ seq, at: at(seconds), type, deployment: 'line', service }))
    .toReversed();
}

const SWITCH = [
  [1, 'create_container', 'web'],
  [1, 'create_container', 'db'],
  [4, 'stop_container', 'db'],
  [4, 'stop_container', 'web'],
  [6, 'start_container', 'db'],
  [6, 'start_container', 'web'],
] as const;

test('counts from what came before the stops to the start', () => {
  expect(lastSwitchOf(newest(...SWITCH), 'line', 'web')).toEqual({ ms: 5000, at: at(6) });
  expect(lastSwitchOf(newest(...SWITCH), 'line', 'db')).toEqual({ ms: 5000, at: at(6) });
});

test('knows nothing of a service that was only started, of another deployment, or of a stop with nothing before it', () => {
  expect(
    lastSwitchOf(newest([1, 'create_container', 'web'], [2, 'start_container', 'web']), 'line', 'web'),
  ).toBe(null);
  expect(lastSwitchOf(newest(...SWITCH), 'other', 'web')).toBe(null);
  expect(
    lastSwitchOf(newest([4, 'stop_container', 'web'], [6, 'start_container', 'web']), 'line', 'web'),
  ).toBe(null);
  expect(lastSwitchOf([], 'line', 'web')).toBe(null);
});

test('believes no clock that was set between', () => {
  const set = newest(
    [9000, 'create_container', 'web'],
    [9001, 'stop_container', 'web'],
    [3, 'start_container', 'web'],
  );
  expect(lastSwitchOf(set, 'line', 'web')).toBe(null);
});

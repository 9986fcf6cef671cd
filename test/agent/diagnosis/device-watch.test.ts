import { expect, test } from 'vitest';
import { DeviceWatch } from '../../../agent/diagnosis/device-watch.ts';

const USERS = [{ deployment: 'line', service: 'camera' }];
const NEEDED = new Map([
  ['/dev/video0', USERS],
  ['/dev/never', USERS],
]);
const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 12, 0, second));

test('it says when a device went and came back; one that was never there is not told', () => {
  const there = new Set(['/dev/video0']);
  const watch = new DeviceWatch({ isDeviceThere: (path) => there.has(path) });
  const look = (second: number) => watch.look(NEEDED, at(second));
  const video = { path: '/dev/video0', users: USERS };
  expect(look(0)).toEqual([{ ...video, isThere: true, wentAt: null, backAt: null }]);
  there.clear();
  const wentAt = at(5).toISOString();
  expect(look(5)).toEqual([{ ...video, isThere: false, wentAt, backAt: null }]);
  expect(look(9)).toEqual([{ ...video, isThere: false, wentAt, backAt: null }]);
  there.add('/dev/video0');
  expect(look(12)).toEqual([{ ...video, isThere: true, wentAt, backAt: at(12).toISOString() }]);
});

test('a device that nobody needs any more is forgotten', () => {
  const watch = new DeviceWatch({ isDeviceThere: () => true });
  watch.look(NEEDED, at(0));
  expect(watch.look(new Map(), at(1))).toEqual([]);
});

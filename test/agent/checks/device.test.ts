import { expect, test } from 'vitest';
import { type DeviceCheckOptions, deviceChecks } from '../../../agent/checks/device.ts';
import { KNOWN } from './known.ts';

async function look(changes: Partial<DeviceCheckOptions>) {
  const options: DeviceCheckOptions = {
    readClock: () => ({ isSynchronised: true, source: 'timesyncd' }),
    checkStore: () => null,
    watchdogMs: 30_000,
    ...changes,
  };
  const { signal } = new AbortController();
  const all = await Promise.all(deviceChecks(options).map((row) => row.look(KNOWN, signal)));
  return all.flat().map(({ result, text }) => `${result}: ${text}`);
}

test('a sound one', async () => {
  expect(await look({})).toEqual([
    'ok: synchronised, told by timesyncd',
    'ok: holdfast.db is sound',
    'ok: the service manager hears of the agent every 30 s',
  ]);
});

test.each<[Partial<DeviceCheckOptions>, string]>([
  [
    { readClock: () => ({ isSynchronised: false, source: 'kernel' }) },
    'warning: not synchronised, told by kernel; see timedatectl',
  ],
  [
    { readClock: () => ({ isSynchronised: null, source: null }) },
    'unknown: nothing on the device tells whether it is synchronised',
  ],
  [{ checkStore: () => 'page 7 is lost' }, 'error: holdfast.db is damaged: page 7 is lost'],
  [{ watchdogMs: null }, 'warning: no service manager watches the agent: it was started by hand'],
])('what is not well: %#', async (changes, words) => {
  expect(await look(changes)).toContain(words);
});

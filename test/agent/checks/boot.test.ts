import { expect, test } from 'vitest';
import { bootCheck } from '../../../agent/checks/boot.ts';
import { fileTree } from './file-tree.ts';
import { KNOWN } from './known.ts';

const look = (files: Readonly<Record<string, string>>) =>
  bootCheck(fileTree(files)).look(KNOWN, new AbortController().signal);

const SERVICE = { '/proc/self/cgroup': '0::/system.slice/holdfast.service' };

test('a service that is enabled', async () => {
  const link = '/etc/systemd/system/multi-user.target.wants/holdfast.service';
  expect(await look({ ...SERVICE, [link]: '' })).toEqual([
    { result: 'ok', text: 'holdfast.service is started when the device boots' },
  ]);
});

test('one that is not', async () => {
  expect(await look(SERVICE)).toEqual([
    {
      result: 'warning',
      text: 'holdfast.service is not started when the device boots; sudo systemctl enable holdfast.service',
    },
  ]);
});

test('an agent that was started by hand', async () => {
  expect(await look({ '/proc/self/cgroup': '0::/user.slice/user-0.slice' })).toEqual([]);
});

import { expect, test } from 'vitest';
import { wearChecks } from '../../../agent/checks/wear.ts';
import { fileTree } from './file-tree.ts';
import { KNOWN } from './known.ts';

async function look(files: Readonly<Record<string, string>>) {
  const { signal } = new AbortController();
  const all = await Promise.all(wearChecks(fileTree(files)).map((row) => row.look(KNOWN, signal)));
  return all.flat().map(({ result, text }) => `${result}: ${text}`);
}

const emmc = (lifeTime: string, spares: string) =>
  look({
    '/sys/block/mmcblk0/device/life_time': lifeTime,
    '/sys/block/mmcblk0/device/pre_eol_info': spares,
    '/sys/block/sda/size': '1000',
  });

test.each([
  ['0x01 0x02', '0x01', 'ok: mmcblk0 has used up 10 to 20 % of its life'],
  ['0x03 0x09', '0x01', 'warning: mmcblk0 has used up 80 to 90 % of its life: plan to replace it'],
  [
    '0x01 0x01',
    '0x02',
    'warning: mmcblk0 has used up 0 to 10 % of its life and most of its spare blocks: plan to replace it',
  ],
  ['0x0b 0x01', '0x01', 'error: mmcblk0 has used up all of its life: replace it'],
  ['0x00 0x00', '0x03', 'error: mmcblk0 has used up most of its spare blocks: replace it'],
])('an eMMC that tells %s and %s', async (lifeTime, spares, words) => {
  expect(await emmc(lifeTime, spares)).toEqual([words]);
});

test('what tells nothing of its wear', async () => {
  expect(await emmc('0x00 0x00', '0x00')).toEqual([]);
  expect(await look({})).toEqual([]);
});

test('faults that a file system has noted', async () => {
  const files = { '/sys/fs/ext4/sda1/errors_count': '3', '/sys/fs/ext4/sda2/errors_count': '0' };
  expect(await look({ ...files, '/sys/fs/ext4/features/lazy_itable_init': 'supported' })).toEqual([
    'warning: the file system on sda1 has noted 3 faults; see sudo dmesg, and let fsck check it at the next start',
    'ok: sda2 has noted no fault',
  ]);
});

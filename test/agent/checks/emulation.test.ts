import { expect, test } from 'vitest';
import { emulationCheck, type UsedImage } from '../../../agent/checks/emulation.ts';
import { fileTree } from './file-tree.ts';
import { KNOWN } from './known.ts';

const BINFMT = '/proc/sys/fs/binfmt_misc';
const handler = (state: string, flags: string) =>
  [
    state,
    'interpreter /usr/bin/qemu-aarch64-static',
    `flags: ${flags}`,
    'offset 0',
    'magic 7f454c460201010000000000000000000200b700',
    'mask ffffffffffffff00fffffffffffffffffeffffff',
  ].join('\n');
const CAMERA: UsedImage = { name: 'r.example.com/camera:1', architecture: 'arm64' };

async function look(files: Readonly<Record<string, string>>, images = [CAMERA], architecture = 'amd64') {
  const row = emulationCheck({ files: fileTree(files), architecture, usedImages: async () => images });
  const told = await row.look(KNOWN, new AbortController().signal);
  return told.map(({ result, text }) => `${result}: ${text}`);
}

const registered = (state: string, flags: string) => ({
  [`${BINFMT}/status`]: 'enabled',
  [`${BINFMT}/register`]: '',
  [`${BINFMT}/qemu-aarch64`]: handler(state, flags),
});

test('images of the own processor need none', async () => {
  const own = [{ name: 'a', architecture: 'amd64' }];
  expect(await look({}, own)).toEqual(['ok: each image in use is for amd64']);
  expect(await look({}, [{ name: 'a', architecture: '386' }])).toEqual([
    'ok: each image in use is for amd64',
  ]);
  expect(await look({}, [{ name: 'a', architecture: 'arm' }], 'arm64')).toHaveLength(1);
});

test('an image that can run, emulated', async () => {
  expect(await look(registered('enabled', 'OCF'))).toEqual([
    'ok: r.example.com/camera:1 is for arm64 and is emulated by /usr/bin/qemu-aarch64-static, many times slower',
  ]);
});

test.each([
  ['no handler', {}],
  ['binfmt_misc switched off', { ...registered('enabled', 'F'), [`${BINFMT}/status`]: 'disabled' }],
  ['a handler switched off', registered('disabled', 'F')],
])('an image that cannot run: %s', async (_, files) => {
  expect(await look(files)).toEqual([
    'error: r.example.com/camera:1 is for arm64, and nothing on this device (amd64) emulates that: publish it for amd64, or install qemu-user-static',
  ]);
});

test('a handler that containers do not find', async () => {
  expect((await look(registered('enabled', '')))[0]).toMatch(/^warning: .* only in containers that have it/);
});

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { engineAccessCheck } from '../../../agent/checks/engine-access.ts';
import { fileTree } from './file-tree.ts';
import { KNOWN } from './known.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'hf-access-'));
const socket = path.join(dir, 'docker.sock');
writeFileSync(socket, '');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const { signal } = new AbortController();
const group = `docker:x:${process.getegid?.()}`;
const look = (mode: number, members: string) => {
  chmodSync(socket, mode);
  return engineAccessCheck(socket, fileTree({ '/etc/group': `daemon:x:99999:\n${group}:${members}` })).look(
    KNOWN,
    signal,
  );
};

test('it says who is as good as root', async () => {
  const begin = `whoever may use ${socket} is as good as root: root, and in the group docker`;
  expect(await look(0o660, 'holdfast,pi')).toEqual([{ result: 'ok', text: `${begin} holdfast, pi` }]);
  expect(await look(0o660, '')).toEqual([{ result: 'ok', text: `${begin} nobody else` }]);
});

test('a socket that is open to everybody', async () => {
  const text = `everybody may use ${socket}, and so be root here; sudo chmod 0660 ${socket}`;
  expect(await look(0o666, 'pi')).toEqual([{ result: 'error', text }]);
});

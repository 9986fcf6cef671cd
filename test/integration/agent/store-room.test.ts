// The store on a real file system that is really full, by the real SQLite.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EMPTY_RECORD } from '../../../agent/model/record.ts';
import { StoreBlocked } from '../../../agent/ports/store.ts';
import { openStore } from '../../../agent/store/open-store.ts';
import { someEvent } from '../../fakes/some-event.ts';

const AT = '2026-11-23T00:00:00.000Z';
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-room-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir]);
});
afterAll(() => {
  execFileSync('umount', [dir]);
  rmdirSync(dir);
});

function fill(): void {
  const { bavail, bsize } = statfsSync(dir);
  writeFileSync(join(dir, 'ballast'), Buffer.alloc(bavail * bsize));
}

const document = (revision: number) => ({
  ...{ deployment: 'line', source: 'device', revision },
  ...{ hash: `sha256:${revision}`, body: JSON.stringify({ filler: 'x'.repeat(20_000) }) },
});

test('a full disk refuses what must be stored, holds the rest, and all goes on when there is room', () => {
  const store = openStore(dir);
  store.acceptDocument(document(1));
  fill();
  expect(() => store.acceptDocument(document(2))).toThrow(StoreBlocked);
  const refusal = { revision: 2, code: 'no_space', path: '', message: 'full', at: AT };
  store.writeRefusal('line', refusal);
  expect(store.readRefusal('line')).toEqual(refusal);
  // Until not even the log that is there has room for more.
  expect(() => {
    for (let n = 0; n < 5000; n += 1)
      store.writeRecord('line', {
        ...EMPTY_RECORD,
        parked: Array.from({ length: n }, (_, k) => `container ${k}`),
      });
  }).toThrow(StoreBlocked);
  for (let n = 0; n < 2000; n += 1) store.appendEvents([someEvent('x'.repeat(500))], AT);
  expect(store.pendingEvents(10_000).length).toBeLessThan(2000);
  rmSync(join(dir, 'ballast'));
  store.acceptDocument(document(2));
  expect(store.readRefusal('line')).toBeNull();
  store.appendEvents([someEvent()], AT);
  expect(store.pendingEvents(10_000).at(-1)?.seq).toBe(2001);
  store.close();
  const again = openStore(dir);
  expect(again.recovery).toBeNull();
  expect(again.acceptedRevisions('line').map(({ revision }) => revision)).toEqual([2]);
  again.close();
});

test('a read-only file system at the start is told as such, whatever is there already', () => {
  const room = mkdtempSync(join(tmpdir(), 'holdfast-read-only-'));
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', room]);
  try {
    openStore(join(room, 'used')).close();
    mkdirSync(join(room, 'empty'));
    execFileSync('mount', ['-o', 'remount,ro', room]);
    for (const name of ['used', 'empty', 'none/below'])
      expect(() => openStore(join(room, name))).toThrow(
        expect.objectContaining({
          name: 'StoreUnusable',
          message: expect.stringMatching(
            /^data_dir cannot be used by the user \S+: \/.*: the file system is read-only$/,
          ),
          hint: expect.stringContaining('make its file system writable'),
        }),
      );
  } finally {
    execFileSync('umount', [room]);
    rmdirSync(room);
  }
});

test('a file system that turns read-only is told as such, and the agent may go on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-read-only-'));
  const [image, mountPoint] = [join(folder, 'ext4'), join(folder, 'mount')];
  mkdirSync(mountPoint);
  writeFileSync(image, '');
  truncateSync(image, 16 * 1024 ** 2);
  execFileSync('mkfs.ext4', ['-q', image]);
  execFileSync('mount', ['-o', 'loop', image, mountPoint]);
  try {
    const store = openStore(mountPoint);
    store.acceptDocument(document(1));
    // What an error of the disk does to a file system that is mounted with errors=remount-ro.
    execFileSync('mount', ['-o', 'remount,abort', mountPoint]);
    const isReadOnly = expect.objectContaining({ code: 'data_dir_read_only' });
    expect(() => store.acceptDocument(document(2))).toThrow(isReadOnly);
    expect(() => store.writeRecord('line', { ...EMPTY_RECORD, parked: ['1'] })).toThrow(isReadOnly);
    expect(() => store.beginCommand('c1')).toThrow(isReadOnly);
    store.appendEvents([someEvent()], AT);
    expect(store.acceptedRevisions('line').map(({ revision }) => revision)).toEqual([1]);
    store.close();
  } finally {
    execFileSync('umount', [mountPoint]);
    rmSync(folder, { recursive: true });
  }
});

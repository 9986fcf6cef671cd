// What reaches the disk: nothing for what does not change, and little for what does.
import { expect, test } from 'vitest';
import { EMPTY_RECORD } from '../../../agent/model/record.ts';
import { openDatabase } from '../../../agent/store/database.ts';
import { openStoreAt } from '../../../agent/store/open-store.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { DiskPlace } from '../../fakes/disk/files-on-disk.ts';
import { SimulatedDisk } from '../../fakes/disk/simulated-disk.ts';

const AT = '2026-11-23T00:00:00.000Z';
const hash = `sha256:${'a'.repeat(64)}`;
const document = { deployment: 'line', source: 'device', revision: 1, hash, body: '{"n":1}' };
const refusal = { revision: 3, code: 'stale', path: 'revision', message: 'old', at: AT };
const status: Status = {
  ...{ schema: 'holdfast.status/1', deployment: 'line', source: 'device', desired: null, running: null },
  ...{ phase: 'waiting', reason: null, refused: null, services: {}, seq: 1, at: AT },
};
const reply = { schema: 'holdfast.reply/1', id: 'c1', status: 'succeeded' } as const;
const image = { reference: 'app:1', imageId: 'id-1', isSuperseded: false, unneededMs: 5 };

test('no row is written that would not change', () => {
  const disk = new SimulatedDisk();
  const store = openStoreAt(new DiskPlace(disk));
  const writes: Readonly<Record<string, () => unknown>> = {
    acceptDocument: () => store.acceptDocument(document),
    writeRecord: () => store.writeRecord('line', { ...EMPTY_RECORD, proven: { revision: 1, hash } }),
    saveStatus: () => store.saveStatus(status),
    markStatusDelivered: () => store.markStatusDelivered('line', 1),
    writeRefusal: () => store.writeRefusal('line', refusal),
    noteRemoved: () => store.noteRemoved('line'),
    beginCommand: () => store.beginCommand('c1'),
    answerCommand: () => store.answerCommand(reply),
    markReplyDelivered: () => store.markReplyDelivered('c1'),
    appendEvents: () => store.appendEvents([], AT),
    acknowledgeEvents: () => store.acknowledgeEvents(0),
    writeHeldEvents: () => store.writeHeldEvents(),
    beginPull: () => store.beginPull('app:1', null),
    writeImageAges: () => store.writeImageAges([image]),
    forgetImage: () => store.forgetImage({ ...image, imageId: 'id-2' }),
  };
  for (const [name, write] of Object.entries(writes)) {
    write();
    const before = disk.counts.writes;
    if (name !== 'answerCommand') write();
    expect([name, disk.counts.writes - before]).toEqual([name, 0]);
  }
});

test('a start that finds all as it was writes only the numbers that it reserves', () => {
  const disk = new SimulatedDisk();
  const store = openStoreAt(new DiskPlace(disk));
  store.acceptDocument(document);
  store.close();
  const before = disk.counts.writtenBytes;
  openStoreAt(new DiskPlace(disk));
  expect(disk.counts.writtenBytes - before).toBeLessThan(3 * 4096);
});

test('the SQLite below which the power is cut in tests is the one that runs on devices', () => {
  const onDisk = new DiskPlace(new SimulatedDisk()).open('version.db');
  const native = openDatabase(':memory:');
  const [ours] = native.all<{ version: string }>('SELECT sqlite_version() AS version');
  expect(onDisk.all('SELECT sqlite_version() AS version')).toEqual([ours]);
  onDisk.close();
  native.close();
});

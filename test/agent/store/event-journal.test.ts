// What the broker has is remembered: within bounds, through restarts and power cuts, and never at the cost of what waits.
import { expect, test } from 'vitest';
import { EMPTY_RECORD } from '../../../agent/model/record.ts';
import { StoreBlocked } from '../../../agent/ports/store.ts';
import { MAX_JOURNAL } from '../../../agent/store/event-journal.ts';
import { openStoreAt } from '../../../agent/store/open-store.ts';
import type { SqliteStore } from '../../../agent/store/sqlite-store.ts';
import { DiskPlace } from '../../fakes/disk/files-on-disk.ts';
import { SimulatedDisk } from '../../fakes/disk/simulated-disk.ts';
import { fork } from '../../fakes/random.ts';
import { someEvent, someSample } from '../../fakes/some-event.ts';

const AT = '2026-11-23T10:00:00.000Z';

function open(disk = new SimulatedDisk(), outboxBytes?: number): SqliteStore {
  const options = outboxBytes === undefined ? {} : { outboxBytes };
  return openStoreAt(new DiskPlace(disk), options);
}

/** Events that the broker takes at once. */
function tell(store: SqliteStore, count: number, text = ''): void {
  for (let n = 0; n < count; n += 1) {
    store.appendEvents([someEvent(text)], AT);
    store.acknowledgeEvents(store.pendingEvents(1)[0]?.seq ?? 0);
  }
}

const newest = (store: SqliteStore, limit = 10_000): number[] =>
  store.journal.newest(limit).map(({ seq }) => seq);

test('what the broker has is remembered, the newest first, and waits no more', () => {
  const store = open();
  tell(store, 3);
  store.appendEvents([someEvent('waits')], AT);
  store.holdEvent(someSample(), AT);
  expect(newest(store)).toEqual([5, 4, 3, 2, 1]);
  expect(newest(store, 2)).toEqual([5, 4]);
  expect(store.journal.newest(2)[1]).toEqual({ ...someEvent('waits'), seq: 4, at: AT });
  expect(store.pendingEvents(10).map(({ seq }) => seq)).toEqual([4, 5]);
  expect(store.countEvents()).toBe(2);
});

test('a sample that the broker takes at once is never written', () => {
  const disk = new SimulatedDisk();
  const store = open(disk);
  store.holdEvent(someSample(), AT);
  const before = disk.counts.writes;
  store.acknowledgeEvents(1);
  expect(disk.counts.writes).toBe(before);
  expect(newest(store)).toEqual([]);
});

test('the next start knows it, and sends none of it again', () => {
  const disk = new SimulatedDisk();
  const store = open(disk);
  tell(store, 5);
  store.close();
  const again = open(disk);
  expect(newest(again)).toEqual([5, 4, 3, 2, 1]);
  expect(again.pendingEvents(10)).toEqual([]);
  expect(again.countEvents()).toBe(0);
  again.appendEvents([someEvent()], AT);
  expect(again.pendingEvents(10).map(({ seq }) => seq)).toEqual([6]);
});

test.each([
  ['of a thousand', 2500, 0, 900, MAX_JOURNAL.count],
  ['of their bytes', 300, 10_000, 80, 105],
])('the newest %s are kept, whatever came before', (_what, count, length, least, most) => {
  const store = open();
  tell(store, count, 'x'.repeat(length));
  const seqs = newest(store);
  expect(seqs.length).toBeGreaterThanOrEqual(least);
  expect(seqs.length).toBeLessThanOrEqual(most);
  expect(seqs).toEqual(Array.from(seqs, (_, index) => count - index));
});

test('it takes nothing of the room of what waits', () => {
  const store = open(new SimulatedDisk(), 20_000);
  tell(store, 500, 'x'.repeat(100));
  for (let n = 0; n < 60; n += 1) store.appendEvents([someEvent('x'.repeat(100))], AT);
  expect(store.pendingEvents(100).map(({ seq }) => seq)).toEqual(
    Array.from({ length: 60 }, (_, n) => 501 + n),
  );
  // What waits past its own room makes room among itself.
  for (let n = 0; n < 200; n += 1) store.appendEvents([someEvent('x'.repeat(100))], AT);
  expect(store.pendingEvents(1)[0]?.seq).toBeGreaterThan(501);
  expect(newest(store)).toContain(500);
});

test('a disk that is full takes its room for what waits', () => {
  const disk = new SimulatedDisk();
  const place = new DiskPlace(disk);
  const store = openStoreAt(place);
  tell(store, 900, 'x'.repeat(500));
  // What the log holds has its place in the database; its file can be written over.
  place.database.exec('PRAGMA wal_checkpoint(RESTART)');
  disk.capacityBytes = disk.usedBytes;
  expect(() => store.writeRecord('line', EMPTY_RECORD)).toThrow(StoreBlocked);
  expect(newest(store)).toEqual([]);
  for (let n = 0; n < 800; n += 1) store.appendEvents([someEvent('x'.repeat(500))], AT);
  // Some of the room of 900 goes to what makes it: pages of the index, and the log.
  expect(store.countEvents()).toBeGreaterThan(500);
});

test('a disk that turns read-only takes it not', () => {
  const disk = new SimulatedDisk();
  const store = open(disk);
  tell(store, 3);
  disk.blockedBy = 'EROFS';
  expect(() => store.writeRecord('line', EMPTY_RECORD)).toThrow(StoreBlocked);
  expect(newest(store)).toEqual([3, 2, 1]);
});

test('a power cut at any write loses nothing that waited, and sends nothing again that the disk knows as told', {
  timeout: 60_000,
}, () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = fork(seed, 'journal');
    const disk = new SimulatedDisk();
    const store = open(disk);
    tell(store, 3);
    disk.syncNames();
    let left: SimulatedDisk | null = null;
    let changes = 1 + Math.floor(random() * 60);
    disk.onChange = () => {
      changes -= 1;
      if (changes === 0) left = disk.cut(random);
    };
    let appended = 3;
    let acknowledged = 3;
    try {
      for (let n = 0; n < 20; n += 1) {
        store.appendEvents([someEvent(), someEvent()], AT);
        appended += 2;
        store.acknowledgeEvents(appended - 1);
        acknowledged = appended - 1;
      }
    } catch {
      // The power went.
    }
    const again = open(left ?? disk.cut(random));
    const pending = again.pendingEvents(100).map(({ seq }) => seq);
    const seqs = newest(again);
    expect(again.acknowledgedSeq()).toBeGreaterThanOrEqual(acknowledged);
    expect(pending.every((seq) => seq > acknowledged)).toBe(true);
    expect(seqs).toEqual(Array.from(seqs, (_, index) => (seqs[0] ?? 0) - index));
    expect(seqs.at(-1)).toBe(1);
    expect(seqs[0]).toBeGreaterThanOrEqual(appended);
    again.close();
  }
});

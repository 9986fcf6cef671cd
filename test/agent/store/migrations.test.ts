// Schemas after the first: each step is taken once, over a copy of the file as it was, and whatever comes between.
import { expect, test } from 'vitest';
import { migrations } from '../../../agent/store/migrations.ts';
import { openStoreAt } from '../../../agent/store/open-store.ts';
import { DiskPlace } from '../../fakes/disk/files-on-disk.ts';
import { SimulatedDisk } from '../../fakes/disk/simulated-disk.ts';
import { fork } from '../../fakes/random.ts';
import { someEvent } from '../../fakes/some-event.ts';

const AT = '2026-11-23T00:00:00.000Z';
const second = [...migrations, "ALTER TABLE documents ADD COLUMN note TEXT NOT NULL DEFAULT 'new'"];
const third = [...second, 'CREATE TABLE more (name TEXT PRIMARY KEY)'];
const document = (n: number) => ({
  ...{ deployment: `line-${n}`, source: 'device', revision: 1 },
  ...{ hash: `sha256:${n}`, body: JSON.stringify({ n, filler: 'x'.repeat(2000) }) },
});
const NAMES = ['line-0', 'line-1', 'line-2'];

/** A disk with a database of the first schema. */
function oldDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const store = openStoreAt(new DiskPlace(disk));
  for (let n = 0; n < NAMES.length; n += 1) store.acceptDocument(document(n));
  store.appendEvents([someEvent()], AT);
  store.close();
  // Or a cut brings back the log, and with it all that is damaged in the file.
  disk.syncNames();
  return disk;
}

function copiesOn(disk: SimulatedDisk): string[] {
  return disk.list('/holdfast.db.before');
}

test('a database of an earlier schema is brought to the newest, and kept as it was beside it', () => {
  const disk = oldDisk();
  const place = new DiskPlace(disk);
  const store = openStoreAt(place, { migrations: second });
  expect(store.recovery).toBeNull();
  expect(store.deploymentNames()).toEqual(NAMES);
  expect(place.database.all('SELECT DISTINCT note FROM documents')).toEqual([{ note: 'new' }]);
  store.close();
  expect(copiesOn(disk)).toEqual([`/holdfast.db.before-${migrations.length}`]);

  const before = new DiskPlace(disk).open(`holdfast.db.before-${migrations.length}`);
  before.exec('PRAGMA locking_mode = EXCLUSIVE');
  expect(before.all('PRAGMA user_version')).toEqual([{ user_version: migrations.length }]);
  expect(before.all('SELECT count(*) AS n FROM documents')).toEqual([{ n: 3 }]);
  before.close();
});

test('of the copies the newest is kept', () => {
  const disk = oldDisk();
  openStoreAt(new DiskPlace(disk), { migrations: second }).close();
  openStoreAt(new DiskPlace(disk), { migrations: third }).close();
  expect(copiesOn(disk)).toEqual([`/holdfast.db.before-${migrations.length + 1}`]);
});

test('a database of the newest schema is neither copied nor changed', () => {
  const disk = oldDisk();
  openStoreAt(new DiskPlace(disk)).close();
  expect(copiesOn(disk)).toEqual([]);
});

/** Opens it as devices do: again and again until it stands. */
function openAfterCuts(disk: SimulatedDisk, seed: number, changes: number): SimulatedDisk {
  const random = fork(seed, 'migration');
  const nth = 1 + Math.floor(random() * changes);
  let left: SimulatedDisk | null = null;
  let seen = 0;
  disk.onChange = () => {
    seen += 1;
    if (seen === nth) left = disk.cut(random);
  };
  try {
    openStoreAt(new DiskPlace(disk), { migrations: second });
  } catch {
    // The power went.
  }
  return left ?? disk.cut(random);
}

function countChanges(disk: SimulatedDisk): number {
  let changes = 0;
  disk.onChange = () => {
    changes += 1;
  };
  openStoreAt(new DiskPlace(disk), { migrations: second });
  return changes;
}

test('a power cut at any write of a migration leads to the old schema or the new one, with all that was there', {
  timeout: 60_000,
}, () => {
  const changes = countChanges(oldDisk());
  for (let seed = 1; seed <= 200; seed += 1) {
    const place = new DiskPlace(openAfterCuts(oldDisk(), seed, changes));
    const store = openStoreAt(place, { migrations: second });
    expect([seed, store.recovery]).toEqual([seed, null]);
    expect(store.deploymentNames()).toEqual(NAMES);
    expect(store.pendingEvents(10).map(({ seq }) => seq)).toEqual([1]);
    store.close();
  }
});

test('a power cut at any write of a recovery leads to the same recovery', { timeout: 60_000 }, () => {
  const rotten = (): SimulatedDisk => {
    const disk = oldDisk();
    disk.rot('/holdfast.db', (bytes) => bytes.fill(0xff, 0, 4000));
    return disk;
  };
  const changes = countChanges(rotten());
  for (let seed = 1; seed <= 200; seed += 1) {
    const store = openStoreAt(new DiskPlace(openAfterCuts(rotten(), seed, changes)), { migrations: second });
    expect(store.deploymentNames()).toEqual(NAMES);
    const events = store.pendingEvents(10);
    expect(events.map(({ type }) => type)).toContain('store_recovered');
    expect(events.every(({ seq }) => seq > 1)).toBe(true);
    store.close();
  }
});

test('a recovery on a full disk gives up what was set aside', () => {
  const disk = oldDisk();
  const before = openStoreAt(new DiskPlace(disk));
  for (let n = 0; n < 300; n += 1) before.appendEvents([someEvent('x'.repeat(1000))], AT);
  before.close();
  disk.rot('/holdfast.db', (bytes) => bytes.fill(0xff, 0, 4000));
  disk.capacityBytes = disk.usedBytes + 1000;
  const store = openStoreAt(new DiskPlace(disk));
  expect(store.deploymentNames()).toEqual(NAMES);
  expect(disk.list('/holdfast.db.damaged')).toEqual([]);
});

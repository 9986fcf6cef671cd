// What an agent of another version stored, or one with a bug: what was proven goes on, the rest begins anew, and it is
// told. No start fails of it.
import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { EMPTY_RECORD } from '../../../agent/model/record.ts';
import { decodeRecord } from '../../../agent/model/record-codec/record-codec.ts';
import { currentVersion } from '../../../agent/model/record-codec/versioned.ts';
import { COPY } from '../../../agent/store/copy-shapes.ts';
import { openStoreAt } from '../../../agent/store/open-store.ts';
import { seal } from '../../../agent/store/sealed.ts';
import type { SqliteStore } from '../../../agent/store/sqlite-store.ts';
import { DiskPlace } from '../../fakes/disk/files-on-disk.ts';
import { SimulatedDisk } from '../../fakes/disk/simulated-disk.ts';
import { someEvent } from '../../fakes/some-event.ts';

const AT = '2026-11-23T00:00:00.000Z';
const fixtures = new URL('../../fixtures/records/', import.meta.url);
const stored = JSON.parse(readFileSync(new URL('record-1.json', fixtures), 'utf8'))['with all there can be'];
const { record: full } = decodeRecord(stored);
const { proven, previous, completed } = full;
const NEWER = { ...stored, v: 99, attempt: 'of another shape' };
const MISSHAPEN = { ...stored, parked: 'c0ffee' };

let disk: SimulatedDisk;

beforeEach(() => {
  disk = new SimulatedDisk();
});

function open(): SqliteStore {
  return openStoreAt(new DiskPlace(disk));
}

/** A device that accepted and proved, with events that wait. */
function fill(): void {
  const store = open();
  for (const [revision, hash] of [
    [3, 'sha256:9999'],
    [4, 'sha256:aaaa'],
    [5, 'sha256:bbbb'],
  ] as const) {
    const body = JSON.stringify({ name: 'line', revision });
    store.acceptDocument({ deployment: 'line', source: 'device', revision, hash, body });
    if (revision < 5) store.writeRecord('line', { ...EMPTY_RECORD, proven: { revision, hash }, previous });
  }
  store.writeRecord('line', full);
  store.acceptDocument({
    ...{ deployment: 'other', source: 'device', revision: 1 },
    ...{ hash: 'sha256:cccc', body: '{"name":"other"}' },
  });
  store.writeRecord('other', { ...EMPTY_RECORD, phase: 'pulling' });
  store.appendEvents([someEvent()], AT);
  store.close();
}

function tamper(sql: string, ...values: string[]): void {
  const database = new DiskPlace(disk).open('holdfast.db');
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.run(sql, ...values);
  database.close();
}

function expectKept(store: SqliteStore): void {
  expect(store.readRecord('line')).toMatchObject({ phase: 'waiting', attempt: null, proven, completed });
  expect(store.readRecord('line')?.barred).toHaveLength(2);
  expect(store.documentBody(proven?.hash ?? '')).toContain('"revision":4');
  expect(store.acceptedRevisions('line')[0]).toMatchObject({ source: 'device', revision: 5 });
}

describe('a record', () => {
  const cases = {
    newer: [NEWER, 'it is of version 99, this agent knows up to 1: a newer one wrote it'],
    damaged: [MISSHAPEN, 'it is not of the shape of version 1: parked'],
  } as const;

  test.for(['newer', 'damaged'] as const)('that is %s is read in part, and told once', (code) => {
    const [record, why] = cases[code];
    fill();
    tamper("UPDATE records SET body = ? WHERE deployment = 'line'", seal(record));
    const store = open();
    expect(store.recovery).toEqual({
      ...{ type: 'store_recovered', code, deployments: ['line'] },
      message: `the record of line: ${why}; what it proved, barred and completed goes on`,
    });
    expectKept(store);
    expect(store.readRecord('line')?.previous).toEqual(previous);
    expect(store.readRecord('other')).toMatchObject({ phase: 'pulling' });
    expect(store.pendingEvents(10).map(({ type }) => type)).toEqual(['service_failed', 'store_recovered']);
    store.close();
    const again = open();
    expect(again.recovery).toBeNull();
    expectKept(again);
    again.close();
  });

  test('is read in part all the same on a disk that takes nothing', () => {
    fill();
    tamper("UPDATE records SET body = ? WHERE deployment = 'line'", seal(NEWER));
    disk.capacityBytes = disk.usedBytes;
    const store = open();
    expect(store.recovery).toMatchObject({ code: 'newer', deployments: ['line'] });
    expectKept(store);
    store.close();
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    const again = open();
    expect(again.pendingEvents(10).map(({ type }) => type)).toContain('store_recovered');
    again.close();
  });
});

describe('a second copy', () => {
  const copy = (): Record<string, unknown> =>
    JSON.parse(
      Buffer.from(new DiskPlace(disk).files.read('documents/line.json') ?? '')
        .toString()
        .slice(8),
    );
  const replace = (value: object): void =>
    new DiskPlace(disk).files.write('documents/line.json', Buffer.from(seal(value)));
  const loseDatabase = (): void => {
    for (const name of ['holdfast.db', 'holdfast.db-wal']) new DiskPlace(disk).files.remove(name);
  };

  test('of a newer agent brings back what can be read of it', () => {
    fill();
    replace({ ...copy(), schema: 99, record: { ...stored, barred: [...stored.barred, 'new'] }, more: true });
    loseDatabase();
    const store = open();
    expect(store.recovery).toMatchObject({ code: 'missing', deployments: ['line', 'other'] });
    expectKept(store);
    store.close();
    expect(copy()).toMatchObject({ schema: 1 });
  });

  test('of a newer agent, or of the wrong shape, puts nothing right in a sound database, and is written anew', () => {
    for (const schema of [1, 99]) {
      fill();
      const before = copy();
      replace({ ...before, schema, record: { proven: 'another shape' } });
      const store = open();
      expect(store.recovery).toBeNull();
      expect(store.readRecord('line')).toEqual(full);
      store.close();
      expect(copy()).toEqual(before);
    }
  });

  test.for([
    [
      'of the whole',
      (more: object, { record, ...rest }: Record<string, unknown>) => ({ ...rest, record, ...more }),
    ],
    [
      'of its record',
      (more: object, { record, ...rest }: Record<string, unknown>) => ({
        ...rest,
        record: { ...Object(record), ...more },
      }),
    ],
  ] as const)(
    'with a field %s that this agent does not know changes nothing in a sound database',
    ([, add]) => {
      fill();
      const store = open();
      store.noteRemoved('line');
      store.close();
      replace(add({ more: true }, copy()));
      const again = open();
      expect(again.readRecord('line')).toEqual(full);
      expect(again.activeDeployments()).toEqual(['other']);
      again.close();
    },
  );

  test('that lacks a document is read without what names it', () => {
    fill();
    const { documents, ...rest } = copy();
    const isProven = ({ hash }: { hash: string }): boolean => hash === proven?.hash;
    const others = (documents as { hash: string }[]).filter((document) => !isProven(document));
    replace({ ...rest, documents: others });
    loseDatabase();
    const store = open();
    expect(store.deploymentNames()).toEqual(['line', 'other']);
    expect(store.readRecord('line')).toMatchObject({ proven: null, previous, completed });
    store.close();
  });

  test('that has none of its documents is passed over', () => {
    fill();
    replace({ ...copy(), documents: [] });
    loseDatabase();
    const store = open();
    expect(store.deploymentNames()).toEqual(['other']);
    store.close();
  });

  test('of a newer agent that no longer says what was accepted is passed over', () => {
    fill();
    replace({ ...copy(), schema: 99, accepted: 'elsewhere' });
    loseDatabase();
    const store = open();
    expect(store.deploymentNames()).toEqual(['other']);
    store.close();
  });

  const copies = readdirSync(fixtures).filter((name) => name.startsWith('copy-'));

  test('is there of every version', () => {
    const versions = Array.from({ length: currentVersion(COPY) }, (_, index) => `copy-${index + 1}.json`);
    expect(copies.toSorted()).toEqual(versions);
  });

  test.for(copies)('%s is read whole', (name) => {
    fill();
    replace(JSON.parse(readFileSync(new URL(name, fixtures), 'utf8')));
    loseDatabase();
    const store = open();
    expect(store.acceptedRevisions('line')).toMatchObject([
      { source: 'device', revision: 5, hash: 'sha256:bbbb' },
      { source: 'groups/berlin', revision: 0, hash: 'sha256:aaaa' },
    ]);
    expectKept(store);
    store.close();
  });

  test('of the numbers and of who the device is counts also from a newer agent', () => {
    const { files } = new DiskPlace(disk);
    files.write(
      'documents/numbers',
      Buffer.from(seal({ schema: 2, events: 500, statuses: 700, acknowledged: 3 })),
    );
    files.write(
      'documents/identity',
      Buffer.from(seal({ schema: 2, device: 'edge-01', topicPrefix: 'a', hostName: null })),
    );
    const store = open();
    expect(store.nextStatusSeq()).toBeGreaterThan(700);
    const now = { device: 'edge-01', topicPrefix: 'b', hostName: null };
    expect(store.keepIdentity(now, AT)).toMatchObject([{ type: 'topic_prefix_changed', from: 'a' }]);
    store.close();
  });

  test('of numbers that are none counts as none', () => {
    new DiskPlace(disk).files.write('documents/numbers', Buffer.from(seal({ schema: 1, events: 'many' })));
    const store = open();
    expect(store.nextStatusSeq()).not.toBeNull();
    store.close();
  });
});

describe('of a shape that is none of today’s', () => {
  const OTHER = JSON.stringify({ schema: 'holdfast.other/7', deployment: 'line', seq: 'x' });

  test('a status counts as none', () => {
    fill();
    tamper('INSERT INTO statuses (deployment, seq, body) VALUES (?, 3, ?)', 'line', seal(JSON.parse(OTHER)));
    const store = open();
    expect(store.latestStatus('line')).toBeNull();
    store.close();
  });

  test('a refusal counts as none', () => {
    fill();
    tamper('INSERT INTO refusals (deployment, body) VALUES (?, ?)', 'line', OTHER);
    const store = open();
    expect(store.readRefusal('line')).toBeNull();
    store.close();
  });

  test('a reply is answered as a failure', () => {
    fill();
    tamper('INSERT INTO commands (id, reply) VALUES (?, ?)', 'c1', OTHER);
    const store = open();
    expect(store.pendingReplies()).toMatchObject([
      { schema: 'holdfast.reply/1', id: 'c1', status: 'failed', code: 'reply_unreadable' },
    ]);
    store.close();
  });
});

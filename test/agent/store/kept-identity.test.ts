// Who the device is, kept from start to start, and what becomes of its documents when it is another.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, readKeptDevice } from '../../../agent/store/open-store.ts';
import type { SqliteStore } from '../../../agent/store/sqlite-store.ts';

const AT = '2026-11-23T00:00:00.000Z';
const EDGE_01 = { device: 'edge-01', topicPrefix: 'holdfast/v1', hostName: 'edge-01' };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-identity-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function withStore<T>(work: (store: SqliteStore) => T): T {
  const store = openStore(dir);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

/** A device that has started once, and took a document of its own and one of its group. */
function begin(): void {
  withStore((store) => {
    expect(store.keepIdentity(EDGE_01, AT)).toEqual([]);
    const hash = `sha256:${'a'.repeat(64)}`;
    for (const source of ['device', 'groups/berlin'])
      store.acceptDocument({ deployment: 'line', source, revision: 5, hash, body: '{"name":"line"}' });
  });
}

const revisions = (): number[] =>
  withStore((store) => store.acceptedRevisions('line').map(({ revision }) => revision));

test('a device that nobody has started has no id yet, and asking makes nothing', () => {
  expect(readKeptDevice(join(dir, 'not/there'))).toBeNull();
  begin();
  expect(readKeptDevice(dir)).toBe('edge-01');
});

test('the same identity changes nothing and tells nothing', () => {
  begin();
  expect(withStore((store) => store.keepIdentity(EDGE_01, AT))).toEqual([]);
  expect(revisions()).toEqual([5, 5]);
});

test('another id outdates the revisions of its own documents, which stay, and is told once', () => {
  begin();
  const renamed = { ...EDGE_01, device: 'edge-02', hostName: null };
  const event = { type: 'device_renamed', from: 'edge-01', to: 'edge-02' };
  withStore((store) => {
    expect(store.keepIdentity(renamed, AT)).toEqual([event]);
    expect(store.pendingEvents(10)).toMatchObject([event]);
    expect(store.documentBody(`sha256:${'a'.repeat(64)}`)).not.toBeNull();
  });
  expect(revisions()).toEqual([0, 5]);
  expect(readKeptDevice(dir)).toBe('edge-02');
  expect(withStore((store) => store.keepIdentity(renamed, AT))).toEqual([]);
});

test('another topic prefix outdates them all', () => {
  begin();
  const moved = { ...EDGE_01, topicPrefix: 'plant/b' };
  expect(withStore((store) => store.keepIdentity(moved, AT))).toMatchObject([
    { type: 'topic_prefix_changed' },
  ]);
  expect(revisions()).toEqual([0, 0]);
});

test('another host name is told once, and no more where the id is configured', () => {
  begin();
  const event = { type: 'host_name_changed', host_name: 'gateway', device: 'edge-01' };
  const elsewhere = { ...EDGE_01, hostName: 'gateway' };
  expect(withStore((store) => store.keepIdentity(elsewhere, AT))).toEqual([event]);
  expect(withStore((store) => store.keepIdentity(elsewhere, AT))).toEqual([]);
  expect(withStore((store) => store.keepIdentity({ ...EDGE_01, hostName: null }, AT))).toEqual([]);
  expect(revisions()).toEqual([5, 5]);
});

test('identity and outdated revisions outlive a database that is lost', () => {
  begin();
  withStore((store) => store.keepIdentity({ ...EDGE_01, device: 'edge-02' }, AT));
  rmSync(join(dir, 'holdfast.db'));
  expect(revisions()).toEqual([0, 5]);
  expect(readKeptDevice(dir)).toBe('edge-02');
});

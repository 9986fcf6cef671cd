import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AcceptedDocument } from '../../../agent/ports/store.ts';
import { type DeploymentRecord, EMPTY_RECORD } from '../../../agent/reconcile/record.ts';
import { SqliteStore } from '../../../agent/store/sqlite-store.ts';
import type { Status } from '../../../protocol/status.ts';

let dir: string;
let store: SqliteStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  store = new SqliteStore(join(dir, 'data'));
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true });
});

function reopen(): SqliteStore {
  store.close();
  store = new SqliteStore(join(dir, 'data'));
  return store;
}

function hashOf(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}

function documentOf(change: Partial<AcceptedDocument> = {}): AcceptedDocument {
  return {
    ...{ deployment: 'line', source: 'device', revision: 1, hash: hashOf('a'), body: '{"n":1}' },
    ...change,
  };
}

function proving(letter: string): DeploymentRecord {
  return { ...EMPTY_RECORD, phase: 'converged', proven: { revision: 1, hash: hashOf(letter) } };
}

function statusOf(change: Partial<Status>): Status {
  return {
    ...{ schema: 'holdfast.status/1', deployment: 'line', source: 'device', desired: null, running: null },
    ...{ phase: 'waiting', reason: null, refused: null, services: {} },
    ...{ seq: 1, at: '2026-11-23T00:00:00.000Z' },
    ...change,
  };
}

const AT = '2026-11-23T00:00:00.000Z';
const refusal = { revision: 3, code: 'stale', path: 'revision', message: 'old', at: AT };

describe('documents', () => {
  test('are read back as they were accepted, also after the store was closed', () => {
    store.acceptDocument(documentOf());
    expect(reopen().acceptedDocuments('line')).toEqual([documentOf()]);
    expect(store.documentBody(hashOf('a'))).toBe('{"n":1}');
    expect(store.deploymentNames()).toEqual(['line']);
  });

  test('are kept one per source, the newest accepted', () => {
    store.acceptDocument(documentOf());
    store.acceptDocument(documentOf({ source: 'groups/berlin', revision: 8, hash: hashOf('b') }));
    store.acceptDocument(documentOf({ revision: 2, hash: hashOf('c') }));
    const kept = store.acceptedDocuments('line').map(({ source, revision }) => [source, revision]);
    expect(kept).toEqual([
      ['device', 2],
      ['groups/berlin', 8],
    ]);
    expect(store.acceptedDocuments('other')).toEqual([]);
  });

  test('are dropped once nothing refers to them', () => {
    store.acceptDocument(documentOf());
    store.acceptDocument(documentOf({ revision: 2, hash: hashOf('b') }));
    expect(store.documentBody(hashOf('a'))).toBeNull();
    expect(store.documentBody(hashOf('b'))).not.toBeNull();
  });

  test('that two deployments share stay until both have let go', () => {
    store.acceptDocument(documentOf());
    store.acceptDocument(documentOf({ deployment: 'other' }));
    store.acceptDocument(documentOf({ revision: 2, hash: hashOf('b') }));
    expect(store.documentBody(hashOf('a'))).not.toBeNull();
    store.acceptDocument(documentOf({ deployment: 'other', revision: 2, hash: hashOf('c') }));
    expect(store.documentBody(hashOf('a'))).toBeNull();
  });

  test('that a record may return to stay for as long as it may', () => {
    store.acceptDocument(documentOf());
    store.writeRecord('line', proving('a'));
    store.acceptDocument(documentOf({ revision: 2, hash: hashOf('b') }));
    expect(reopen().documentBody(hashOf('a'))).toBe('{"n":1}');
    store.writeRecord('line', proving('b'));
    expect(store.documentBody(hashOf('a'))).toBeNull();
  });

  test('of other deployments than the record are not kept by its writing', () => {
    store.acceptDocument(documentOf());
    store.acceptDocument(documentOf({ deployment: 'other', hash: hashOf('b') }));
    store.writeRecord('line', EMPTY_RECORD);
    expect(store.documentBody(hashOf('b'))).not.toBeNull();
  });
});

describe('records', () => {
  test('are read back as written', () => {
    store.acceptDocument(documentOf());
    store.writeRecord('line', proving('a'));
    expect(reopen().readRecord('line')).toEqual(proving('a'));
    expect(store.readRecord('other')).toBeNull();
  });

  test('cannot name a proven document that is not there', () => {
    expect(() => store.writeRecord('line', proving('f'))).toThrow(/FOREIGN KEY/);
    expect(store.readRecord('line')).toBeNull();
  });
});

describe('refusals', () => {
  test('stand until the next document is accepted', () => {
    store.writeRefusal('line', refusal);
    store.writeRefusal('other', refusal);
    expect(reopen().readRefusal('line')).toEqual(refusal);
    store.acceptDocument(documentOf());
    expect(store.readRefusal('line')).toBeNull();
    expect(store.readRefusal('other')).toEqual(refusal);
  });

  test('of names that were never accepted are bounded; those of accepted ones stay', () => {
    store.acceptDocument(documentOf());
    store.writeRefusal('line', refusal);
    for (let n = 0; n < 1000; n += 1) {
      store.writeRefusal(`name-${n}`, refusal);
      store.saveStatus(statusOf({ deployment: `name-${n}`, seq: n + 1 }));
    }
    expect(store.readRefusal('line')).toEqual(refusal);
    expect(store.pendingStatuses().length).toBeLessThanOrEqual(201);
    expect(store.readRefusal('name-999')).toEqual(refusal);
  });
});

describe('events', () => {
  function append(count: number, from = 1): void {
    const events = Array.from({ length: count }, (_, index) => ({ type: 'tick', n: from + index }));
    store.appendEvents(events, AT);
  }

  test('come back in order, numbered from 1, the oldest first', () => {
    append(3);
    append(2, 4);
    expect(store.pendingEvents(4)).toEqual([1, 2, 3, 4].map((n) => ({ seq: n, at: AT, type: 'tick', n })));
    expect(store.countEvents()).toBe(5);
  });

  test('are gone once acknowledged, and their numbers are never used again', () => {
    append(3);
    store.acknowledgeEvents(3);
    expect(store.countEvents()).toBe(0);
    reopen();
    append(1);
    expect(store.pendingEvents(10).map(({ seq }) => seq)).toEqual([4]);
  });

  test('acknowledged in part leave the rest', () => {
    append(5);
    store.acknowledgeEvents(2);
    expect(store.pendingEvents(10).map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect(store.lostEvents()).toBeNull();
  });

  test('that are too many lose the oldest, and the gap is marked until it is told', () => {
    append(9_000);
    store.acknowledgeEvents(10);
    append(1_500, 9_001);
    expect(store.countEvents()).toBe(10_000);
    expect(store.pendingEvents(1)[0]?.seq).toBe(501);
    expect(store.lostEvents()).toEqual({ from: 11, to: 500 });
    append(100, 10_501);
    expect(reopen().lostEvents()).toEqual({ from: 11, to: 600 });
    store.acknowledgeEvents(601);
    expect(store.lostEvents()).toBeNull();
  });

  test('cannot overwrite their number or their time by what they say', () => {
    store.appendEvents([{ type: 'odd', seq: 999, at: 'never' }], AT);
    expect(store.pendingEvents(1)[0]).toMatchObject({ seq: 1, at: AT });
  });
});

describe('statuses', () => {
  test('wait until they are delivered; a newer one waits again', () => {
    store.saveStatus(statusOf({ seq: 1 }));
    store.saveStatus(statusOf({ deployment: 'other', seq: 2 }));
    expect(store.pendingStatuses().map(({ deployment }) => deployment)).toEqual(['other', 'line']);
    store.markStatusDelivered('line', 1);
    expect(store.pendingStatuses().map(({ deployment }) => deployment)).toEqual(['other']);
    expect(reopen().latestStatus('line')?.seq).toBe(1);
    store.saveStatus(statusOf({ seq: 3, phase: 'pulling' }));
    expect(store.pendingStatuses().map(({ seq }) => seq)).toEqual([3, 2]);
  });

  test('that were replaced on their way still wait', () => {
    store.saveStatus(statusOf({ seq: 1 }));
    store.saveStatus(statusOf({ seq: 2 }));
    store.markStatusDelivered('line', 1);
    expect(store.pendingStatuses().map(({ seq }) => seq)).toEqual([2]);
  });

  test('get numbers that rise, also over a close and over a crash', () => {
    const first = Array.from({ length: 250 }, () => store.nextStatusSeq());
    expect(first).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
    const crashed = store;
    store = new SqliteStore(join(dir, 'data'));
    const second = Array.from({ length: 250 }, () => store.nextStatusSeq());
    expect(Math.min(...second)).toBeGreaterThan(250);
    expect(new Set(second).size).toBe(250);
    crashed.close();
    expect(reopen().nextStatusSeq()).toBeGreaterThan(Math.max(...second));
  });
});

describe('commands', () => {
  const reply = { schema: 'holdfast.reply/1', id: 'c1', status: 'succeeded' } as const;

  test('are begun once, also after a restart', () => {
    expect(store.beginCommand('c1')).toBe(true);
    expect(store.beginCommand('c1')).toBe(false);
    expect(reopen().beginCommand('c1')).toBe(false);
    expect(store.unansweredCommands()).toEqual(['c1']);
  });

  test('answers wait until they are delivered', () => {
    store.beginCommand('c1');
    store.answerCommand(reply);
    expect(store.unansweredCommands()).toEqual([]);
    expect(reopen().pendingReplies()).toEqual([reply]);
    store.markReplyDelivered('c1');
    expect(store.pendingReplies()).toEqual([]);
    expect(store.beginCommand('c1')).toBe(false);
  });

  test('are bounded', () => {
    for (let n = 0; n < 1500; n += 1) store.beginCommand(`c${n}`);
    expect(store.unansweredCommands().length).toBe(1000);
    expect(store.beginCommand('c1499')).toBe(false);
  });
});

describe('the file', () => {
  test('is readable by nobody else, nor is its directory', () => {
    store.acceptDocument(documentOf());
    expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700);
    for (const name of ['holdfast.db', 'holdfast.db-wal', 'holdfast.db-shm']) {
      const file = join(dir, 'data', name);
      expect(existsSync(file)).toBe(true);
      expect([name, statSync(file).mode & 0o077]).toEqual([name, 0]);
    }
  });

  test('gets its mode back when somebody has opened it wide', () => {
    chmodSync(join(dir, 'data', 'holdfast.db'), 0o644);
    reopen();
    expect(statSync(join(dir, 'data', 'holdfast.db')).mode & 0o777).toBe(0o600);
  });

  test('of a newer agent is refused and left as it is', () => {
    store.acceptDocument(documentOf());
    store.close();
    const file = join(dir, 'data', 'holdfast.db');
    const raw = new Database(file);
    raw.pragma('user_version = 99');
    raw.close();
    expect(() => new SqliteStore(join(dir, 'data'))).toThrow(/schema 99.*newer/);
    const again = new Database(file);
    expect(again.pragma('user_version', { simple: true })).toBe(99);
    again.pragma('user_version = 1');
    again.close();
    store = new SqliteStore(join(dir, 'data'));
    expect(store.acceptedDocuments('line')).toHaveLength(1);
  });

  test('syncs every commit: what was accepted survives a power cut', () => {
    // Not to be seen from outside without a power cut; the settings are what the promise rests on.
    const raw = new Database(join(dir, 'data', 'holdfast.db'));
    expect(raw.pragma('journal_mode', { simple: true })).toBe('wal');
    raw.close();
  });
});

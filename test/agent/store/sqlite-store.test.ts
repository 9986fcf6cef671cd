import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DeploymentRecord, EMPTY_RECORD } from '../../../agent/model/record.ts';
import type { AcceptedDocument } from '../../../agent/ports/store.ts';
import { openStore } from '../../../agent/store/open-store.ts';
import type { SqliteStore } from '../../../agent/store/sqlite-store.ts';
import { StoreUnusable } from '../../../agent/store/store-errors.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { someEvent } from '../../fakes/some-event.ts';

let dir: string;
let store: SqliteStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  store = openStore(join(dir, 'data'));
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true });
});

function reopen(): SqliteStore {
  store.close();
  store = openStore(join(dir, 'data'));
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
    const { body, ...accepted } = documentOf();
    expect(reopen().acceptedRevisions('line')).toEqual([accepted]);
    expect(store.documentBody(hashOf('a'))).toBe(body);
    expect(store.deploymentNames()).toEqual(['line']);
  });

  test('are kept one per source, the newest accepted', () => {
    store.acceptDocument(documentOf());
    store.acceptDocument(documentOf({ source: 'groups/berlin', revision: 8, hash: hashOf('b') }));
    store.acceptDocument(documentOf({ revision: 2, hash: hashOf('c') }));
    const kept = store.acceptedRevisions('line').map(({ source, revision }) => [source, revision]);
    expect(kept).toEqual([
      ['device', 2],
      ['groups/berlin', 8],
    ]);
    expect(store.acceptedRevisions('other')).toEqual([]);
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

  test('that were proven before the present one are kept too, and told with all others', () => {
    store.acceptDocument(documentOf());
    store.acceptDocument(documentOf({ revision: 2, hash: hashOf('b') }));
    store.acceptDocument(documentOf());
    store.writeRecord('line', { ...EMPTY_RECORD, previous: { revision: 1, hash: hashOf('a') } });
    store.acceptDocument(documentOf({ revision: 3, hash: hashOf('c'), body: '{"n":3}' }));
    expect(reopen().keptDocuments().toSorted()).toEqual(['{"n":1}', '{"n":3}']);
    store.writeRecord('line', EMPTY_RECORD);
    expect(store.keptDocuments()).toEqual(['{"n":3}']);
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
    const events = Array.from({ length: count }, (_, index) => someEvent(`${from + index}`));
    store.appendEvents(events, AT);
  }

  test('come back in order, numbered from 1, the oldest first', () => {
    append(3);
    append(2, 4);
    expect(store.pendingEvents(4)).toEqual(
      [1, 2, 3, 4].map((n) => ({ ...someEvent(`${n}`), seq: n, at: AT })),
    );
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
    expect(store.acknowledgedSeq()).toBe(2);
  });

  test('what was acknowledged is known to the next start', () => {
    append(5);
    store.acknowledgeEvents(2);
    expect(reopen().acknowledgedSeq()).toBe(2);
  });

  test('cannot overwrite their number or their time by what they say', () => {
    const odd = { ...someEvent(), seq: 999, at: 'never' };
    store.appendEvents([odd], AT);
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

  test('get numbers that rise, also over a restart', () => {
    const first = Array.from({ length: 250 }, () => store.nextStatusSeq() ?? 0);
    expect(first).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
    reopen();
    const second = Array.from({ length: 250 }, () => store.nextStatusSeq() ?? 0);
    expect(Math.min(...second)).toBeGreaterThan(250);
    expect(new Set(second).size).toBe(250);
    expect(reopen().nextStatusSeq()).toBeGreaterThan(Math.max(...second));
  });
});

describe('removed deployments', () => {
  test('are remembered, and not active until a document of them is accepted', () => {
    store.acceptDocument(documentOf());
    expect(store.activeDeployments()).toEqual(['line']);
    expect(store.noteRemoved('line')).toEqual([]);
    expect(reopen().activeDeployments()).toEqual([]);
    expect(store.deploymentNames()).toEqual(['line']);
    store.acceptDocument(documentOf({ revision: 2, hash: hashOf('b') }));
    expect(store.activeDeployments()).toEqual(['line']);
  });

  test('are forgotten with all that was kept of them, those removed longest ago first', () => {
    for (let number = 0; number < 100; number += 1) {
      store.acceptDocument(documentOf({ deployment: `d-${number}` }));
      store.noteRemoved(`d-${number}`);
    }
    // Removed anew, it is the youngest.
    store.acceptDocument(documentOf({ deployment: 'd-0', revision: 2 }));
    expect(store.noteRemoved('d-0')).toEqual([]);
    store.acceptDocument(documentOf({ deployment: 'd-1', source: 'groups/berlin', hash: hashOf('b') }));
    store.noteRemoved('d-1');
    store.writeRecord('d-2', proving('a'));
    store.saveStatus(statusOf({ deployment: 'd-2' }));
    store.writeRefusal('d-2', refusal);
    store.acceptDocument(documentOf());
    expect(store.noteRemoved('line')).toEqual(['d-2']);
    expect(store.acceptedRevisions('d-2')).toEqual([]);
    expect(store.readRecord('d-2')).toBeNull();
    expect(store.latestStatus('d-2')).toBeNull();
    expect(store.readRefusal('d-2')).toBeNull();
    expect(store.deploymentNames()).toHaveLength(100);
  });
});

describe('what pulls brought', () => {
  const app = { reference: 'app:1', imageId: 'id-1', isSuperseded: false, unneededMs: null };

  test('is kept with its age, until it is forgotten', () => {
    store.beginPull('app:1', null);
    expect(reopen().openPulls()).toEqual(['app:1']);
    store.endPull('app:1', 'id-1');
    expect(reopen().openPulls()).toEqual([]);
    expect(store.pulledImages()).toEqual([app]);
    store.writeImageAges([{ ...app, unneededMs: 1500.25 }]);
    expect(reopen().pulledImages()).toEqual([{ ...app, unneededMs: 1500.25 }]);
    store.forgetImage(app);
    store.writeImageAges([app]);
    expect(store.pulledImages()).toEqual([]);
  });

  test('is superseded by what the same reference brings later', () => {
    store.beginPull('app:1', null);
    store.endPull('app:1', 'id-1');
    store.beginPull('app:1', 'id-1');
    store.endPull('app:1', 'id-2');
    expect(store.pulledImages()).toEqual([
      { ...app, isSuperseded: true },
      { ...app, imageId: 'id-2' },
    ]);
  });

  test('is nothing where the pull failed, or brought what was here before', () => {
    store.beginPull('app:1', null);
    store.endPull('app:1', null);
    store.beginPull('app:1', 'id-0');
    store.endPull('app:1', 'id-0');
    store.endPull('never-begun:1', 'id-9');
    expect(store.pulledImages()).toEqual([]);
    expect(store.openPulls()).toEqual([]);
  });

  test('counts from what was here before the first of several tries', () => {
    store.beginPull('app:1', null);
    store.beginPull('app:1', 'id-1');
    store.endPull('app:1', 'id-1');
    expect(store.pulledImages()).toEqual([app]);
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
    for (const name of ['holdfast.db', 'holdfast.db-wal']) {
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

  test("is nobody else's while it is open", () => {
    expect(() => openStore(join(dir, 'data'))).toThrow(StoreUnusable);
    expect(existsSync(join(dir, 'data', 'holdfast.db.damaged-1'))).toBe(false);
  });

  test('is asked for where no directory can be: told with what to do, and nothing is made', () => {
    const file = join(dir, 'a-file');
    writeFileSync(file, "somebody else's");
    expect(() => openStore(join(file, 'data'))).toThrow(
      expect.objectContaining({ name: 'StoreUnusable', hint: expect.stringContaining('move away the file') }),
    );
    expect(readFileSync(file, 'utf8')).toBe("somebody else's");
  });
});

// A database that is damaged, of a newer agent, or gone: what was accepted and proven is there again, numbers go
// on rising, and it is told.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DeploymentRecord, EMPTY_RECORD } from '../../../agent/model/record.ts';
import { openStore } from '../../../agent/store/open-store.ts';
import type { SqliteStore } from '../../../agent/store/sqlite-store.ts';
import { fork } from '../../fakes/random.ts';
import { someEvent } from '../../fakes/some-event.ts';

const AT = '2026-11-23T00:00:00.000Z';
const TMP = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(TMP, 'holdfast-damage-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const hashOf = (letter: string): string => `sha256:${letter.repeat(64)}`;
const bodyOf = (letter: string): string => JSON.stringify({ letter, filler: letter.repeat(3000) });

const record: DeploymentRecord = {
  ...EMPTY_RECORD,
  phase: 'rolled_back',
  proven: { revision: 1, hash: hashOf('a') },
  barred: [{ content: hashOf('c'), reason: { code: 'unhealthy', message: 'it fails' } }],
};

/** A device that runs revision 1 of `line`, as 2 was bad, and has told a few events. */
function fillStore(store: SqliteStore): void {
  store.acceptDocument({
    deployment: 'line',
    source: 'device',
    revision: 1,
    hash: hashOf('a'),
    body: bodyOf('a'),
  });
  store.writeRecord('line', record);
  store.acceptDocument({
    deployment: 'line',
    source: 'device',
    revision: 2,
    hash: hashOf('b'),
    body: bodyOf('b'),
  });
  store.acceptDocument({
    ...{ deployment: 'other', source: 'groups/berlin' },
    ...{ revision: 9, hash: hashOf('d'), body: bodyOf('d') },
  });
  for (let n = 0; n < 40; n += 1) store.appendEvents([someEvent('x'.repeat(200))], AT);
  store.acknowledgeEvents(10);
  store.nextStatusSeq();
}

function expectAllThere(store: SqliteStore): void {
  expect(store.deploymentNames()).toEqual(['line', 'other']);
  const bodies = (name: string) =>
    store
      .acceptedRevisions(name)
      .map(({ source, revision, hash }) => [source, revision, store.documentBody(hash)]);
  expect(bodies('line')).toEqual([['device', 2, bodyOf('b')]]);
  expect(bodies('other')).toEqual([['groups/berlin', 9, bodyOf('d')]]);
  expect(store.documentBody(hashOf('a'))).toBe(bodyOf('a'));
  const { proven, barred } = store.readRecord('line') ?? EMPTY_RECORD;
  expect([proven, barred]).toEqual([record.proven, record.barred]);
}

/** What is told after goes on above what was told before, and the gap shows as lost. */
function expectNumbersGoOn(store: SqliteStore): void {
  store.appendEvents([someEvent()], AT);
  const seqs = store.pendingEvents(1000).map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  expect(seqs.at(-1)).toBeGreaterThan(40);
  expect(store.nextStatusSeq()).toBeGreaterThan(1);
}

const file = (name = 'holdfast.db'): string => join(dir, name);

function openFilled(): void {
  const store = openStore(dir);
  fillStore(store);
  store.close();
}

/** What a process that was killed leaves: the last commits are in the log alone. */
function openAndKill(): void {
  const store = openStore(dir);
  fillStore(store);
  const copies = new Map(['holdfast.db', 'holdfast.db-wal'].map((name) => [name, readFileSync(file(name))]));
  store.close();
  for (const [name, content] of copies) writeFileSync(file(name), content);
}

function expectRecovery(code: string): SqliteStore {
  const store = openStore(dir);
  expect(store.recovery).toMatchObject({ type: 'store_recovered', code });
  expect(store.pendingEvents(1000).map(({ type }) => type)).toContain('store_recovered');
  expectAllThere(store);
  expectNumbersGoOn(store);
  return store;
}

describe('a database', () => {
  const damages: Readonly<Record<string, (content: Buffer) => Buffer>> = {
    'cut off': (content) => content.subarray(0, content.length / 2),
    'cut off within a page': (content) => content.subarray(0, content.length - 700),
    'with another header': (content) =>
      Buffer.concat([Buffer.from('not a database at all'), content.subarray(21)]),
    'of zeros': (content) => Buffer.alloc(content.length),
    'of other bytes': (content) => Buffer.alloc(content.length, 0xa5),
  };

  test.for(Object.keys(damages))('%s is set aside and built anew', (name) => {
    openFilled();
    writeFileSync(file(), damages[name]?.(readFileSync(file())) ?? '');
    expectRecovery('damaged').close();
    expect(existsSync(file('holdfast.db.damaged-1'))).toBe(true);
    const again = openStore(dir);
    expect(again.recovery).toBeNull();
    expectAllThere(again);
    again.close();
  });

  test('of no bytes, or that is gone, is built anew', () => {
    openFilled();
    writeFileSync(file(), '');
    expectRecovery('missing').close();
    rmSync(file());
    expectRecovery('missing').close();
  });

  test('of a newer agent is set aside and built anew', () => {
    openFilled();
    const raw = new Database(file());
    raw.pragma('user_version = 99');
    raw.close();
    const store = expectRecovery('newer');
    expect(store.recovery?.message).toMatch(/schema 99/);
    store.close();
    const aside = new Database(file('holdfast.db.damaged-1'));
    expect(aside.pragma('user_version', { simple: true })).toBe(99);
    aside.close();
  });

  test('whose version is lost and whose tables are there is set aside and built anew', () => {
    openFilled();
    const raw = new Database(file());
    raw.pragma('user_version = 0');
    raw.close();
    expectRecovery('damaged').close();
  });

  test('whose name a directory has is set aside', () => {
    openFilled();
    rmSync(file());
    mkdirSync(file());
    expectRecovery('damaged').close();
  });

  test('whose mode keeps everybody out is used again', () => {
    openFilled();
    chmodSync(file(), 0o000);
    const store = openStore(dir);
    expect(store.recovery).toBeNull();
    expectAllThere(store);
    store.close();
  });

  test('found to be damaged while it is used is set aside at the next start', () => {
    openFilled();
    const store = openStore(dir);
    // From below the open database, so that the start's check saw nothing of it.
    const content = readFileSync(file());
    writeFileSync(
      file(),
      Buffer.concat([content.subarray(0, 100), Buffer.alloc(content.length - 100, 0xff)]),
    );
    expect(() => store.keptDocuments()).toThrow(/malformed/);
    writeFileSync(file(), content);
    store.close();
    expectRecovery('damaged').close();
  });

  test('that is damaged again and again leaves two behind, and no more', () => {
    openFilled();
    for (let n = 0; n < 5; n += 1) {
      writeFileSync(file(), 'rotten');
      expectRecovery('damaged').close();
    }
    const left = readdirSync(dir).filter((name) => name.includes('damaged'));
    expect(left.toSorted()).toEqual(['holdfast.db.damaged-4', 'holdfast.db.damaged-5']);
  });

  test('and second copies that are all damaged leave an empty store whose numbers still rise', () => {
    openFilled();
    writeFileSync(file(), 'rotten');
    for (const name of readdirSync(file('documents'))) writeFileSync(join(dir, 'documents', name), 'rotten');
    const store = openStore(dir);
    expect(store.recovery).toMatchObject({ code: 'damaged', deployments: [] });
    expect(store.deploymentNames()).toEqual([]);
    expectNumbersGoOn(store);
    store.close();
  });
});

describe('second copies', () => {
  test('that are damaged or gone are written anew', () => {
    openFilled();
    writeFileSync(file('documents/line.json'), 'rotten');
    rmSync(file('documents/other.json'));
    openStore(dir).close();
    rmSync(file());
    expectRecovery('missing').close();
  });

  test('go with the deployments that are forgotten', () => {
    const store = openStore(dir);
    for (let n = 0; n < 102; n += 1) {
      store.acceptDocument({
        deployment: `d-${n}`,
        source: 'device',
        revision: 1,
        hash: hashOf('a'),
        body: '{}',
      });
      store.noteRemoved(`d-${n}`);
    }
    store.close();
    expect(readdirSync(file('documents')).filter((name) => name.startsWith('d-'))).toHaveLength(100);
  });

  test('are readable by nobody else', () => {
    openFilled();
    writeFileSync(file(), 'rotten');
    openStore(dir).close();
    for (const name of readdirSync(dir, { recursive: true, withFileTypes: true })) {
      const { mode } = statSync(join(name.parentPath, name.name));
      expect([name.name, mode & 0o077]).toEqual([
        name.name,
        name.name.includes('damaged') ? mode & 0o077 : 0,
      ]);
    }
  });
});

const SEEDS = 150;

describe('damage at random', () => {
  test.for(['holdfast.db', 'holdfast.db-wal'])(
    'to %s never loses what was accepted',
    { timeout: 120_000 },
    (name) => {
      let recoveries = 0;
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const random = fork(seed, `damage ${name}`);
        if (name === 'holdfast.db') openFilled();
        else openAndKill();
        const content = readFileSync(file(name));
        const flips = 1 + Math.floor(random() * 8);
        for (let n = 0; n < flips; n += 1) {
          const at = Math.floor(random() * content.length);
          content[at] = (content[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        }
        writeFileSync(
          file(name),
          random() < 0.2 ? content.subarray(0, Math.floor(random() * content.length)) : content,
        );
        const store = openStore(dir);
        expectAllThere(store);
        if (store.recovery !== null) {
          recoveries += 1;
          expectNumbersGoOn(store);
        }
        store.pendingEvents(1000);
        store.pendingStatuses();
        store.close();
        rmSync(dir, { recursive: true });
        mkdirSync(dir);
      }
      if (name === 'holdfast.db') expect(recoveries).toBeGreaterThan(SEEDS / 10);
    },
  );
});

test('a file that was removed, or replaced, under an open store is seen, and what took its place is not trusted', () => {
  const store = openStore(dir);
  store.acceptDocument({
    deployment: 'line',
    source: 'device',
    revision: 3,
    hash: hashOf('a'),
    body: bodyOf('a'),
  });
  store.verifyPlace();
  rmSync(join(dir, 'holdfast.db'));
  expect(() => store.verifyPlace()).toThrow('it was removed while the agent ran');
  writeFileSync(join(dir, 'holdfast.db'), '');
  expect(() => store.verifyPlace()).toThrow('it was replaced while the agent ran');
  store.close();
  const again = openStore(dir);
  expect(again.recovery).toMatchObject({ code: 'damaged', message: 'it was replaced while the agent ran' });
  again.verifyPlace();
  expect(again.acceptedRevisions('line')).toMatchObject([{ revision: 3 }]);
  again.close();
  const third = openStore(dir);
  expect(third.recovery).toBeNull();
  third.close();
});

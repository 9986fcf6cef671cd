// Data directories as devices of every schema left them: a device whose agent was updated finds all of it again.
// Each was written by the agent of its time, in a simulated world: `line` runs revision 1 after a bad revision 2,
// `other` came by the group berlin, `gone` was removed, and the broker was away at the end.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EMPTY_RECORD } from '../../../agent/model/record.ts';
import { migrations } from '../../../agent/store/migrations.ts';
import { openStore } from '../../../agent/store/open-store.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/store/', import.meta.url));
const versions = migrations.map((_, index) => `schema-${index + 1}`);

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-schema-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('there is a data directory of every schema', () => {
  expect(readdirSync(fixtures).toSorted()).toEqual(versions);
});

test.for(versions)('that of %s is read whole', (version) => {
  cpSync(join(fixtures, version), dir, { recursive: true });
  const store = openStore(dir);
  expect(store.recovery).toBeNull();
  expect(store.deploymentNames()).toEqual(['gone', 'line', 'other']);
  expect(store.activeDeployments()).toEqual(['line', 'other']);
  const [line] = store.acceptedRevisions('line');
  expect(line).toMatchObject({ source: 'device', revision: 2 });
  expect(store.acceptedRevisions('other')[0]).toMatchObject({ source: 'groups/berlin', revision: 3 });
  const record = store.readRecord('line');
  expect(record).toMatchObject({ phase: 'rolled_back', proven: { revision: 1 } });
  expect(Object.keys(record ?? {})).toEqual(expect.arrayContaining(Object.keys(EMPTY_RECORD)));
  expect(store.documentBody(record?.proven?.hash ?? '')).toContain('registry.test/app:1');
  expect(store.readRefusal('line')).toMatchObject({ code: 'stale', revision: 1 });
  expect(store.pulledImages().length).toBeGreaterThan(0);
  expect(store.countEvents()).toBeGreaterThan(0);
  expect(store.nextStatusSeq()).toBeGreaterThan(store.latestStatus('line')?.seq ?? Number.POSITIVE_INFINITY);
  store.close();
});

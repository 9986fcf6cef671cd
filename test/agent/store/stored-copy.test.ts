import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../agent/store/open-store.ts';
import { readStoredCopy } from '../../../agent/store/stored-copy.ts';
import { makeDeployment } from '../cli/fixtures.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-stored-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Names, bytes and times of all files. */
function lookAt(directory: string): unknown[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => [file, readFileSync(file).toString('hex'), statSync(file).mtimeMs]);
}

it('reads what an agent stored that still has it open, and changes nothing', async () => {
  const store = openStore(folder);
  try {
    store.saveStatus(makeDeployment({ phase: 'degraded' }));
    store.appendEvents([{ type: 'host_name_changed', host_name: 'a', device: 'b' }], '2026-11-22T11:00:00Z');
    const before = lookAt(folder);
    // Else the test would show nothing: what was written last is in the log alone.
    expect(statSync(path.join(folder, 'holdfast.db-wal')).size).toBeGreaterThan(0);
    const { statuses, events } = await readStoredCopy(folder, 10);
    expect(statuses).toMatchObject([{ deployment: 'line-vision', phase: 'degraded' }]);
    expect(events).toMatchObject([{ type: 'host_name_changed', at: '2026-11-22T11:00:00Z' }]);
    expect(lookAt(folder)).toEqual(before);
    // It holds no lock either.
    store.saveStatus(makeDeployment({ phase: 'converged', seq: 42 }));
    expect(store.latestStatus('line-vision')?.phase).toBe('converged');
  } finally {
    store.close();
  }
});

it('reads what an agent left that has ended', async () => {
  const store = openStore(folder);
  store.saveStatus(makeDeployment());
  store.close();
  expect((await readStoredCopy(folder, 10)).statuses).toHaveLength(1);
});

it('makes none where there is none', async () => {
  await expect(readStoredCopy(path.join(folder, 'none'), 10)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(readStoredCopy(folder, 10)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(readdirSync(folder)).toEqual([]);
});

it('leaves no copy behind', async () => {
  const store = openStore(folder);
  store.close();
  const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('holdfast-copy-'));
  const before = copies();
  await readStoredCopy(folder, 10);
  expect(copies().filter((name) => !before.includes(name))).toEqual([]);
});

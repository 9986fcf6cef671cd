// The table of checks in operations.md has each check that is made.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { checkRows } from '../../agent/checks/all-checks.ts';
import { readConfig } from '../../agent/config/read-config.ts';
import { fileTree } from '../agent/checks/file-tree.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { OPERATIONS_PAGE } from './operations-rows.ts';

const BEGIN = '<!-- checks: tested against agent/checks -->\n';

function namesOfChecks(): string[] {
  const dir = mkdtempSync(path.join(tmpdir(), 'hf-docs-'));
  const file = path.join(dir, 'holdfast.toml');
  writeFileSync(file, 'device = "edge-01"\n[broker]\nurl = "mqtt://127.0.0.1"\n');
  const config = readConfig({ argvConfigPath: file, readKeptDevice: () => null, env: {} });
  rmSync(dir, { recursive: true });
  // None of them is made here.
  const never = () => Promise.reject(new Error('nobody looks'));
  const engine = { facts: never, survey: never, usedImages: never, tryLogin: never };
  const device = {
    readClock: () => ({ isSynchronised: true, source: null }),
    checkStore: () => null,
    watchdogMs: null,
  };
  const edges = { clock: new VirtualClock(), engine, files: fileTree({}), architecture: 'amd64' };
  return checkRows({ config, ...edges, ...device }).map(({ name }) => name);
}

test('the table has each check in the order in which they are told, and no other', () => {
  const page = readFileSync(OPERATIONS_PAGE, 'utf8');
  const [table = ''] = page.slice(page.indexOf(BEGIN) + BEGIN.length).split('\n\n');
  const rows = table.trim().split('\n').slice(2);
  expect(rows.map((row) => /^\| `([^`]+)` \|/.exec(row)?.[1])).toEqual(namesOfChecks());
});

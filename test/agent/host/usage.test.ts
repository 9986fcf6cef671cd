import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HostFiles } from '../../../agent/host/host-files.ts';
import { readContainerUsage, readCpuTime } from '../../../agent/host/usage.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'holdfast-usage-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function filesOf(tree: Record<string, string>): HostFiles {
  for (const [file, content] of Object.entries(tree)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
  return new HostFiles(root);
}

test('processor time is that of all processors, and waiting for a disk is no work', () => {
  const stat = 'cpu  100 5 50 800 40 1 4 0 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  expect(readCpuTime(filesOf({ '/proc/stat': stat }))).toEqual({ busy: 160, total: 1000 });
});

test('a host that tells no processor time has none', () => {
  expect(readCpuTime(filesOf({}))).toBeNull();
  expect(readCpuTime(filesOf({ '/proc/stat': 'cpu  a b c\n' }))).toBeNull();
});

const ID = 'c0ffee'.padEnd(64, '0');
const OTHER = 'beef'.padEnd(64, '0');
const V2 = `/sys/fs/cgroup/system.slice/docker-${ID}.scope`;
const UNIFIED = {
  '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
  [`/sys/fs/cgroup/system.slice/docker-${OTHER}.scope/cpu.stat`]: 'usage_usec 1\n',
  [`${V2}/cpu.stat`]: 'usage_usec 2500000\nuser_usec 1\n',
  [`${V2}/memory.current`]: '5000\n',
  [`${V2}/memory.stat`]: 'anon 1\ninactive_file 1000\nactive_file 7\n',
};
const LEGACY = {
  [`/sys/fs/cgroup/memory/docker/${ID}/memory.usage_in_bytes`]: '5000\n',
  [`/sys/fs/cgroup/memory/docker/${ID}/memory.stat`]: 'inactive_file 3\ntotal_inactive_file 1000\n',
  [`/sys/fs/cgroup/cpuacct/docker/${ID}/cpuacct.usage`]: '2500000000\n',
};

test.each([
  ['2, below systemd', UNIFIED],
  ['1, below the engine', LEGACY],
])('a container is found in cgroup version %s, by its short id too', (_name, tree) => {
  const usage = { cpuMs: 2500, memoryBytes: 4000 };
  const short = ID.slice(0, 12);
  expect(readContainerUsage(filesOf(tree), [ID, short, 'unknown'])).toEqual(
    new Map([
      [ID, usage],
      [short, usage],
    ]),
  );
});

test('a container whose files say nothing of use is left out', () => {
  expect(readContainerUsage(filesOf({ ...UNIFIED, [`${V2}/memory.current`]: 'max\n' }), [ID]).size).toBe(0);
});

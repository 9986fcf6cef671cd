import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCgroupLimits } from '../../../agent/host/cgroup-limits.ts';
import { HostFiles } from '../../../agent/host/host-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'holdfast-cgroup-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function limitsIn(tree: Record<string, string>) {
  for (const [file, content] of Object.entries(tree)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
  return readCgroupLimits(new HostFiles(root), 42, 'c0ffee');
}

const SCOPE = '/sys/fs/cgroup/system.slice/docker-c0ffee.scope';
const V2 = {
  '/proc/42/cgroup': '0::/system.slice/docker-c0ffee.scope\n',
  [`${SCOPE}/memory.max`]: '67108864\n',
  [`${SCOPE}/cpu.max`]: '50000 100000\n',
  [`${SCOPE}/pids.max`]: '64\n',
};
const V1 = {
  '/proc/42/cgroup':
    '7:pids:/docker/c0ffee\n4:memory:/docker/c0ffee\n2:cpu,cpuacct:/docker/c0ffee\n0::/docker/c0ffee\n',
  '/sys/fs/cgroup/memory/docker/c0ffee/memory.limit_in_bytes': '67108864\n',
  '/sys/fs/cgroup/cpu/docker/c0ffee/cpu.cfs_quota_us': '50000\n',
  '/sys/fs/cgroup/cpu/docker/c0ffee/cpu.cfs_period_us': '100000\n',
  '/sys/fs/cgroup/pids/docker/c0ffee/pids.max': '64\n',
};

it.each([
  ['version 2', V2],
  ['version 1, beside an empty version 2', V1],
])('reads %s', (_name, tree) => {
  expect(limitsIn(tree)).toEqual({ memoryBytes: 67_108_864, cpus: 0.5, pids: 64 });
});

it('tells limits that are not set as none', () => {
  expect(
    limitsIn({
      ...V2,
      [`${SCOPE}/memory.max`]: 'max\n',
      [`${SCOPE}/cpu.max`]: 'max 100000\n',
      [`${SCOPE}/pids.max`]: 'max\n',
    }),
  ).toEqual({
    memoryBytes: null,
    cpus: null,
    pids: null,
  });
});

it('tells the huge number of version 1 as none', () => {
  const unlimited = { '/sys/fs/cgroup/memory/docker/c0ffee/memory.limit_in_bytes': '9223372036854771712\n' };
  expect(limitsIn({ ...V1, ...unlimited })?.memoryBytes).toBeNull();
});

it('tells no memory limit where the memory controller is off, as on a stock Raspberry Pi OS', () => {
  const { [`${SCOPE}/memory.max`]: _gone, ...rest } = V2;
  expect(limitsIn(rest)).toEqual({ memoryBytes: null, cpus: 0.5, pids: 64 });
});

it('does not take the process of another namespace for the container', () => {
  expect(limitsIn({ ...V2, '/proc/42/cgroup': '0::/user.slice\n' })).toBeNull();
  expect(readCgroupLimits(new HostFiles(root), 43, 'c0ffee')).toBeNull();
});

// The limits that the kernel enforces on a container, read from its cgroup: version 2, or the older version 1.
import type { EffectiveLimits } from '../model/observed.ts';
import type { HostFiles } from './host-files.ts';

/** Version 1 writes "no limit" as the largest page-aligned number; whatever is near it means none. */
const UNLIMITED_BYTES = 2 ** 60;

/**
 * Limits of the process `pid`, which runs in the container `id`. `null` where they cannot be read, or where
 * this `/proc` is of another namespace than the engine's and the process is not the container's.
 */
export function readCgroupLimits(files: HostFiles, pid: number, id: string): EffectiveLimits | null {
  const membership = files.read(`/proc/${pid}/cgroup`);
  if (membership === null || !membership.includes(id)) return null;
  const paths = new Map(membership.split('\n').flatMap(parseLine));
  const unified = paths.get('');
  return unified !== undefined && paths.size === 1 ? readUnified(files, unified) : readLegacy(files, paths);
}

/** `4:memory:/docker/ID` and, for version 2, `0::/docker/ID`: a path for each controller. */
function parseLine(line: string): [controller: string, path: string][] {
  const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (controllers === undefined || path === undefined) return [];
  return controllers.split(',').map((controller) => [controller, path]);
}

function readUnified(files: HostFiles, path: string): EffectiveLimits {
  const read = (file: string): string | null => files.read(`/sys/fs/cgroup${path}/${file}`);
  const [quota, period] = (read('cpu.max') ?? 'max').split(' ');
  return {
    memoryBytes: limitIn(read('memory.max')),
    cpus: cpusOf(limitIn(quota ?? null), Number(period)),
    pids: limitIn(read('pids.max')),
  };
}

function readLegacy(files: HostFiles, paths: ReadonlyMap<string, string>): EffectiveLimits {
  const read = (controller: string, file: string): string | null => {
    const path = paths.get(controller);
    return path === undefined ? null : files.read(`/sys/fs/cgroup/${controller}${path}/${file}`);
  };
  return {
    memoryBytes: limitIn(read('memory', 'memory.limit_in_bytes')),
    cpus: cpusOf(limitIn(read('cpu', 'cpu.cfs_quota_us')), Number(read('cpu', 'cpu.cfs_period_us'))),
    pids: limitIn(read('pids', 'pids.max')),
  };
}

/** A file that is not there, `max`, `-1` and numbers past all memory mean that nothing is enforced. */
function limitIn(text: string | null): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) && value > 0 && value < UNLIMITED_BYTES ? value : null;
}

function cpusOf(quota: number | null, period: number): number | null {
  return quota !== null && period > 0 ? quota / period : null;
}

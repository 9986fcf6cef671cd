// What processors and containers use, from /proc/stat and the containers' cgroups, version 2 or the older version 1:
// a few small files, where the engine's own statistics cost it a second of work.
import type { ContainerUsage, CpuTime } from '../ports/host.ts';
import type { HostFiles } from './host-files.ts';

/** All processors together; `null` where the host does not tell (proc_stat(5)). */
export function readCpuTime(files: HostFiles): CpuTime | null {
  const [, text] = /^cpu +(.*)$/m.exec(files.read('/proc/stat') ?? '') ?? [];
  if (text === undefined) return null;
  // The time of guests is in that of users already.
  const ticks = text.split(' ').slice(0, 8).map(Number);
  const [, , , idle = 0, ioWait = 0] = ticks;
  const total = ticks.reduce((sum, value) => sum + value, 0);
  return Number.isFinite(total) ? { busy: total - idle - ioWait, total } : null;
}

const ROOT = '/sys/fs/cgroup';
/** Where the engine puts its containers: by systemd, or by itself. */
const PARENTS = ['/system.slice', '/docker'] as const;

/** By the ids that were asked for, full or shortened; one whose cgroup is nowhere to be found is left out. */
export function readContainerUsage(
  files: HostFiles,
  ids: readonly string[],
): ReadonlyMap<string, ContainerUsage> {
  const isUnified = files.exists(`${ROOT}/cgroup.controllers`);
  const groups = listGroups(files, isUnified ? ROOT : `${ROOT}/memory`);
  const found = ids.flatMap((id): [string, ContainerUsage][] => {
    const group = groups.find(({ container }) => container.startsWith(id));
    const usage = group === undefined ? null : (isUnified ? readUnified : readLegacy)(files, group.path);
    return usage === null ? [] : [[id, usage]];
  });
  return new Map(found);
}

function listGroups(files: HostFiles, root: string): { container: string; path: string }[] {
  return PARENTS.flatMap((parent) =>
    files.list(`${root}${parent}`).flatMap((name) => {
      const [, container] = /^(?:docker-)?([0-9a-f]{64})(?:\.scope)?$/.exec(name) ?? [];
      return container === undefined ? [] : [{ container, path: `${parent}/${name}` }];
    }),
  );
}

function readUnified(files: HostFiles, path: string): ContainerUsage | null {
  const read = (file: string): string | null => files.read(`${ROOT}${path}/${file}`);
  const microseconds = fieldIn(read('cpu.stat'), 'usage_usec');
  const cache = fieldIn(read('memory.stat'), 'inactive_file');
  return usageOf(microseconds / 1000, numberIn(read('memory.current')) - cache);
}

function readLegacy(files: HostFiles, path: string): ContainerUsage | null {
  const nanoseconds = numberIn(files.read(`${ROOT}/cpuacct${path}/cpuacct.usage`));
  const memory = (file: string): string | null => files.read(`${ROOT}/memory${path}/${file}`);
  const cache = fieldIn(memory('memory.stat'), 'total_inactive_file');
  return usageOf(nanoseconds / 1e6, numberIn(memory('memory.usage_in_bytes')) - cache);
}

function usageOf(cpuMs: number, memoryBytes: number): ContainerUsage | null {
  return Number.isFinite(cpuMs + memoryBytes) ? { cpuMs, memoryBytes: Math.max(0, memoryBytes) } : null;
}

/** Of a line such as `usage_usec 1234`. */
function fieldIn(text: string | null, key: string): number {
  return numberIn(new RegExp(`^${key} (\\d+)$`, 'm').exec(text ?? '')?.[1] ?? null);
}

function numberIn(text: string | null): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

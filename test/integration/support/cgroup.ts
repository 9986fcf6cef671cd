// What the kernel enforces on a process, read from its control group: version 1 and 2.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = '/sys/fs/cgroup';

export interface KernelLimits {
  readonly memoryBytes: number;
  /** Cores: the quota of CPU time over its period. */
  readonly cpus: number;
  readonly pids: number;
}

/** The limits in force for the control group of process `pid`. A limit that is not set is `Infinity`. */
export function readKernelLimits(pid: number): KernelLimits {
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n').map(parseLine);
  const unified = groups.find(({ controllers }) => controllers.length === 0);
  const hasVersion1 = groups.some(({ controllers }) => controllers.includes('memory'));
  return hasVersion1 || unified === undefined ? readVersion1(groups) : readVersion2(unified.group);
}

interface Group {
  readonly controllers: readonly string[];
  readonly group: string;
}

/** A line is `ID:CONTROLLER,CONTROLLER:/PATH`, with no controller for version 2 (cgroups(7)). */
function parseLine(line: string): Group {
  const [, controllers = '', ...group] = line.split(':');
  return { controllers: controllers.split(',').filter(Boolean), group: group.join(':') };
}

function readVersion1(groups: readonly Group[]): KernelLimits {
  const read = (controller: string, file: string): string => {
    const found = groups.find(({ controllers }) => controllers.includes(controller));
    return readFileSync(path.join(ROOT, controller, found?.group ?? '/', file), 'utf8').trim();
  };
  const quota = Number(read('cpu', 'cpu.cfs_quota_us'));
  const period = Number(read('cpu', 'cpu.cfs_period_us'));
  return {
    memoryBytes: Number(read('memory', 'memory.limit_in_bytes')),
    cpus: quota < 0 ? Number.POSITIVE_INFINITY : quota / period,
    pids: toNumber(read('pids', 'pids.max')),
  };
}

function readVersion2(group: string): KernelLimits {
  const read = (file: string): string => readFileSync(path.join(ROOT, group, file), 'utf8').trim();
  const [quota = 'max', period = '1'] = read('cpu.max').split(' ');
  return {
    memoryBytes: toNumber(read('memory.max')),
    cpus: toNumber(quota) / Number(period),
    pids: toNumber(read('pids.max')),
  };
}

function toNumber(text: string): number {
  return text === 'max' ? Number.POSITIVE_INFINITY : Number(text);
}

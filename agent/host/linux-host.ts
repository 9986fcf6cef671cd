// Facts on the machine, from a few files of /proc and /sys. What a host does not tell is null or zero, never
// guessed.
import os from 'node:os';
import type { Clock } from '../../lib/time/clock.ts';
import type { ClockReading, ContainerUsage, CpuTime, Host, HostFacts } from '../ports/host.ts';
import { readClock } from './clock-state.ts';
import { DeviceNodes } from './device-nodes.ts';
import { readDiskSpace, readFreeBytes } from './disk.ts';
import { HoldFiles } from './hold-files.ts';
import { HostFiles } from './host-files.ts';
import { type AskKernel, KernelClock } from './kernel-clock.ts';
import { readTemperature } from './temperature.ts';
import { readContainerUsage, readCpuTime } from './usage.ts';

export interface LinuxHostOptions {
  /** Its file system is the disk that is reported. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** How the kernel is asked about its clock; `timedatectl` unless in a test. */
  readonly askKernel?: AskKernel;
  /** Prefix of every path that is read; `/` unless in a test. */
  readonly root?: string;
  /** Node's name of the processor; the running one's unless in a test. */
  readonly nodeArch?: string;
}

/** Node's names that differ from those of image indexes. */
const OCI_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
};

export class LinuxHost implements Host {
  readonly #options: LinuxHostOptions;
  readonly #files: HostFiles;
  readonly #kernelClock: KernelClock;
  readonly #holds: HoldFiles;
  readonly #devices: DeviceNodes;

  constructor(options: LinuxHostOptions) {
    this.#options = options;
    this.#kernelClock = new KernelClock(options.clock, options.askKernel);
    this.#files = new HostFiles(options.root ?? '/');
    this.#holds = new HoldFiles(options.dataDir);
    this.#devices = new DeviceNodes(this.#files);
  }

  isDeviceThere(device: string): boolean {
    return this.#devices.isThere(device);
  }

  isHeld(deployment: string): boolean {
    return this.#holds.isHeld(deployment);
  }

  answerHold(deployment: string, isKept: boolean): void {
    if (isKept) this.#holds.answer(deployment);
    else this.#holds.withdraw(deployment);
  }

  readClock(): ClockReading {
    return readClock(this.#files, this.#kernelClock, this.#options.clock.wallTime());
  }

  freeBytes(path: string): number | null {
    return readFreeBytes(path);
  }

  readCpuTime(): CpuTime | null {
    return readCpuTime(this.#files);
  }

  readContainerUsage(containers: readonly string[]): ReadonlyMap<string, ContainerUsage> {
    return readContainerUsage(this.#files, containers);
  }

  readFacts(): HostFacts {
    const files = this.#files;
    const { dataDir, nodeArch = process.arch } = this.#options;
    const disk = readDiskSpace(dataDir);
    return {
      architecture: OCI_ARCHITECTURES[nodeArch] ?? nodeArch,
      os: readOsName(files),
      kernel: files.read('/proc/sys/kernel/osrelease') ?? os.release(),
      bootId: files.read('/proc/sys/kernel/random/boot_id') ?? 'unknown',
      uptimeSeconds: Math.floor(firstNumber(files.read('/proc/uptime'))),
      cpuCores: countCores(files.read('/sys/devices/system/cpu/online')) ?? os.availableParallelism(),
      load1m: firstNumber(files.read('/proc/loadavg')),
      ...readMemory(files),
      diskTotalBytes: disk.totalBytes,
      diskAvailableBytes: disk.availableBytes,
      temperatureCelsius: readTemperature(files),
    };
  }
}

/** `PRETTY_NAME` of os-release(5), whose values may stand in quotes. */
function readOsName(files: HostFiles): string {
  const text = files.read('/etc/os-release') ?? files.read('/usr/lib/os-release') ?? '';
  const [, name] = /^PRETTY_NAME=(.*)$/m.exec(text) ?? [];
  return name?.replace(/^(["'])(.*)\1$/, '$2') || os.type();
}

function firstNumber(text: string | null): number {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) ? value : 0;
}

/** Processors in a list such as `0-3,6`; `null` when it is none. */
function countCores(list: string | null): number | null {
  if (list === null || !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) return null;
  return list
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((count, [first = 0, last = first]) => count + last - first + 1, 0);
}

function readMemory(files: HostFiles): Pick<HostFacts, 'memoryTotalBytes' | 'memoryAvailableBytes'> {
  const text = files.read('/proc/meminfo') ?? '';
  const bytesOf = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return { memoryTotalBytes: bytesOf('MemTotal'), memoryAvailableBytes: bytesOf('MemAvailable') };
}

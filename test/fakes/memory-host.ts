// The machine that the simulated agent runs on.
import type { ClockReading, ContainerUsage, CpuTime, Host, HostFacts } from '../../agent/ports/host.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** More than all images take. */
export const FREE_IMAGE_BYTES = 20_000_000_000;

export class MemoryHost implements Host {
  readonly #clock: VirtualClock;
  #boots = 1;
  #bootedMs = 0;
  /** What differs from a healthy little device. */
  change: Partial<HostFacts> = {};

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  reboot(): void {
    this.#boots += 1;
    this.#bootedMs = this.#clock.monotonicMs();
  }

  readFacts(): HostFacts {
    return {
      architecture: 'arm64',
      os: 'Debian GNU/Linux 12 (bookworm)',
      kernel: '6.6.31-v8+',
      bootId: `00000000-0000-4000-8000-${String(this.#boots).padStart(12, '0')}`,
      uptimeSeconds: Math.floor((this.#clock.monotonicMs() - this.#bootedMs) / 1000),
      cpuCores: 4,
      load1m: 0.5,
      memoryTotalBytes: 4_000_000_000,
      memoryAvailableBytes: 3_000_000_000,
      diskTotalBytes: 32_000_000_000,
      diskAvailableBytes: 20_000_000_000,
      temperatureCelsius: 48,
      ...this.change,
    };
  }

  /** A tenth of the time. */
  readCpuTime(): CpuTime {
    const total = this.#clock.monotonicMs() - this.#bootedMs;
    return { busy: total / 10, total };
  }

  /** Every container uses one percent of a processor. */
  readContainerUsage(containers: readonly string[]): ReadonlyMap<string, ContainerUsage> {
    const cpuMs = (this.#clock.monotonicMs() - this.#bootedMs) / 100;
    return new Map(containers.map((id) => [id, { cpuMs, memoryBytes: 23_456_789 }]));
  }

  /** Paths of devices that are not there. */
  readonly unplugged = new Set<string>();

  isDeviceThere(path: string): boolean {
    return !this.unplugged.has(path);
  }

  clock: ClockReading = { isSynchronised: true, source: 'timesyncd' };

  /** As on a real one, a year that cannot be gives the clock away. */
  readClock(): ClockReading {
    const isTooEarly = this.#clock.wallTime().getUTCFullYear() < 2026;
    return isTooEarly ? { isSynchronised: false, source: 'year' } : this.clock;
  }

  freeBytes(): number | null {
    return this.freeImageBytes;
  }

  /** On the engine's disk. */
  freeImageBytes: number | null = FREE_IMAGE_BYTES;

  /** Deployments whose updates a local program holds back. */
  readonly held = new Set<string>();

  isHeld(deployment: string): boolean {
    return this.held.has(deployment);
  }

  /** Deployments whose hold is said to be kept. */
  readonly keptHolds = new Set<string>();

  answerHold(deployment: string, isKept: boolean): void {
    if (isKept) this.keptHolds.add(deployment);
    else this.keptHolds.delete(deployment);
  }
}

// The machine that the simulated agent runs on.
import type { Host, HostFacts } from '../../agent/ports/host.ts';
import type { VirtualClock } from './virtual-clock.ts';

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
      isClockSynchronised: true,
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

  /** Deployments whose updates a local program holds back. */
  readonly held = new Set<string>();

  isHeld(deployment: string): boolean {
    return this.held.has(deployment);
  }
}

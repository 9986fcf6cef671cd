// Takes a sample of what the device uses, again and again.

import type { Clock } from '../../lib/time/clock.ts';
import type { Status } from '../../protocol/reports/status.ts';
import type { Publisher } from '../notices/notices.ts';
import type { Host } from '../ports/host.ts';
import { type Reading, sampleOf } from './sample.ts';

/** Past it the first by name are told, so that a sample stays well below what one message carries. */
const MAX_SERVICES = 100;

export interface SamplerOptions {
  readonly clock: Clock;
  readonly host: Host;
  /** 0 for no samples. */
  readonly intervalMs: number;
  /** Whose services are told. */
  readonly statuses: () => readonly Status[];
  readonly notices: Publisher;
}

export class Sampler {
  readonly #options: SamplerOptions;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  /** Samples until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs, notices } = this.#options;
    if (intervalMs === 0) return;
    let before = this.#read();
    for (;;) {
      await clock.sleep(intervalMs, signal);
      if (signal.aborted) return;
      const now = this.#read();
      notices.publish({ kind: 'sample', sample: sampleOf(before, now) });
      before = now;
    }
  }

  #read(): Reading {
    const { clock, host, statuses } = this.#options;
    const running = statuses().flatMap(runningServices).slice(0, MAX_SERVICES);
    const usages = host.readContainerUsage(running.map(({ container }) => container));
    return {
      atMs: clock.monotonicMs(),
      host: host.readFacts(),
      cpu: host.readCpuTime(),
      services: running.flatMap((service) => {
        const usage = usages.get(service.container);
        return usage === undefined ? [] : [{ ...service, usage }];
      }),
    };
  }
}

function runningServices({ deployment, services }: Status) {
  return Object.entries(services).flatMap(([service, { state, container }]) =>
    state === 'running' && container !== null ? [{ deployment, service, container }] : [],
  );
}

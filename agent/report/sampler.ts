// Takes a sample of what the device uses, again and again.

import type { Publisher } from '../notices/notices.ts';
import { sampleOf } from './sample.ts';
import { type ReadingSources, takeReading } from './take-reading.ts';

export interface SamplerOptions extends ReadingSources {
  /** 0 for no samples. */
  readonly intervalMs: number;
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
    let before = takeReading(this.#options);
    for (;;) {
      await clock.sleep(intervalMs, signal);
      if (signal.aborted) return;
      const now = takeReading(this.#options);
      notices.publish({ kind: 'sample', sample: sampleOf(before, now) });
      before = now;
    }
  }
}

// What the device and its services use now.
// Tested in test/agent/whole/local-status.test.ts.
import { type Sample, sampleOf } from './sample.ts';
import { type ReadingSources, takeReading } from './take-reading.ts';

/** Long enough for a share of processor time to mean something, short enough to wait for. */
export const MEASURED_MS = 250;

export class UsageMeter {
  readonly #sources: ReadingSources;

  constructor(sources: ReadingSources) {
    this.#sources = sources;
  }

  /** Measures for `MEASURED_MS`, or until `signal` aborts. */
  async measure(signal: AbortSignal): Promise<Sample> {
    const before = takeReading(this.#sources);
    await this.#sources.clock.sleep(MEASURED_MS, signal);
    return sampleOf(before, takeReading(this.#sources));
  }
}

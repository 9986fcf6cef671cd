// Before the container of a failed update goes, the end of what it wrote is kept.
import type { Clock } from '../../lib/time/clock.ts';
import { cutText } from '../../protocol/values/text.ts';
import { keyOf } from '../model/instance.ts';
import type { StepOf } from '../model/steps.ts';
import { type Engine, EngineUnavailable, type LogLine } from '../ports/engine.ts';
import type { KeptLogs } from '../ports/kept-logs.ts';
import type { Mask } from '../secrets/mask.ts';

const MAX_LINES = 1000;
/** As `logs` tells it. */
const MAX_TEXT = 4000;
/** The removal waits for it. */
const LIMIT_MS = 5000;

export interface LogKeeperEdges {
  readonly engine: Engine;
  readonly keptLogs: KeptLogs;
  readonly clock: Clock;
}

interface Leaving extends StepOf<'remove_container'> {
  readonly deployment: string;
}

export class LogKeeper {
  readonly #edges: LogKeeperEdges;

  constructor(edges: LogKeeperEdges) {
    this.#edges = edges;
  }

  /**
   * Takes 5 s at most, and keeps nothing of what did not fail or where the engine gives nothing. Rejects for a fault of
   * ours alone.
   */
  async keep({ deployment, container, failed, service, index }: Leaving, mask: Mask): Promise<void> {
    const { clock, keptLogs } = this.#edges;
    if (failed === undefined) return;
    const lines = await this.#read(container);
    if (lines.length === 0) return;
    const { name, ...run } = failed;
    await keptLogs.keep(
      { deployment, service: keyOf({ service, index }) },
      {
        ...{ container: name, ...run, keptAt: clock.wallTime().toISOString() },
        // Masked before it is cut: half of a secret is one.
        lines: lines.map((line) => ({ ...line, text: cutText(mask(line.text), MAX_TEXT) })),
      },
    );
  }

  async #read(container: string): Promise<LogLine[]> {
    const { engine, clock } = this.#edges;
    const ending = new AbortController();
    const options = { follow: false, since: null, until: null, tail: MAX_LINES, signal: ending.signal };
    const reading = (async () => {
      const outcome = await engine.readLogs(container, options);
      return outcome.kind === 'lines' ? await all(outcome.lines) : [];
    })().catch((error: unknown) => {
      if (error instanceof EngineUnavailable) return [];
      throw error;
    });
    const limit = clock.sleep(LIMIT_MS, ending.signal).then(() => []);
    try {
      return await Promise.race([reading, limit]);
    } finally {
      ending.abort();
    }
  }
}

async function all(lines: AsyncIterable<LogLine>): Promise<LogLine[]> {
  const read: LogLine[] = [];
  for await (const line of lines) read.push(line);
  return read;
}

// What running services with a memory limit use, over their runs: read again and again, and kept in memory alone, for when
// the kernel ends one.
import type { Clock } from '../../lib/time/clock.ts';
import type { Status } from '../../protocol/reports/status.ts';
import { type WatchedMemory, withSample } from '../model/memory-growth.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import type { Host } from '../ports/host.ts';

/** Less often than that no slope is seen, more often costs processor time: a few small files for each service. */
const EVERY_MS = 14_000;
/** Of one run. With one each 15 s: the last minutes as they were read, days by a few. */
const MAX_SAMPLES = 40;
/** Past it the first by name are watched. */
const MAX_SERVICES = 100;
/** A status may say nothing of its services for a while, as when the engine is away. */
const KEPT_MS = 10 * 60_000;

export interface MemoryWatchOptions {
  readonly clock: Clock;
  readonly host: Pick<Host, 'readContainerUsage'>;
  readonly statuses: AgentState['statuses'];
}

interface Watched extends WatchedMemory {
  readonly seenMs: number;
}

interface Run {
  /** The first 12 digits of its id. */
  readonly container: string;
  readonly startedAt: string | null;
}

export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  readonly #watched = new Map<string, Watched>();
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
  }

  /** To be called again and again. */
  look(): void {
    const { clock, host, statuses } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + EVERY_MS;
    const runs = inOrder(statuses.value).flatMap(limitedRuns).slice(0, MAX_SERVICES);
    const usages = runs.length === 0 ? null : host.readContainerUsage(runs.map(({ container }) => container));
    for (const run of runs) this.#note(run, usages?.get(run.container)?.memoryBytes, nowMs);
    for (const [container, { seenMs }] of this.#watched)
      if (nowMs - seenMs > KEPT_MS) this.#watched.delete(container);
  }

  /** By the container's id; `null` where it was not read. */
  of(container: string): WatchedMemory | null {
    return this.#watched.get(container.slice(0, 12)) ?? null;
  }

  #note({ container, startedAt }: Run, bytes: number | undefined, nowMs: number): void {
    if (bytes === undefined) return;
    const before = this.#watched.get(container);
    const samples = before?.startedAt === startedAt ? before.samples : [];
    const next = withSample(samples, { atMs: nowMs, bytes }, MAX_SAMPLES);
    this.#watched.set(container, { startedAt, samples: next, seenMs: nowMs });
  }
}

function limitedRuns({ services }: Status): Run[] {
  return Object.values(services).flatMap(({ state, container, started_at: startedAt, limits }) => {
    const isLimited = state === 'running' && limits !== null && limits.memory_bytes !== null;
    return isLimited && container !== null ? [{ container, startedAt }] : [];
  });
}

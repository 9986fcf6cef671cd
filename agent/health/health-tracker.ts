// Keeps what is known of each container's health: since when it runs, and what its probe has shown.
import type { Probe } from '../../protocol/service.ts';
import type { Random } from '../ports/clock.ts';
import {
  type HealthFacts,
  judgeProbe,
  newProbeHistory,
  type ProbeHistory,
  withResult,
} from '../reconcile/health.ts';
import type { ObservedContainer } from '../reconcile/observed.ts';
import { durationMs } from '../reconcile/service-spec.ts';
import { type Asked, type AskTools, askerFor } from './asker.ts';

/** Until its first success a service is asked at least this often, so that no update waits for a long interval. */
const EAGER_INTERVAL_MS = 1000;
/** Probes of services that started together spread out over this share of their interval. */
const JITTER = 0.2;

export interface Target {
  readonly container: ObservedContainer;
  readonly probe: Probe | undefined;
}

interface Tracked {
  /** A new start is a new history. */
  readonly run: string;
  facts: HealthFacts;
  readonly stop: AbortController;
}

export interface HealthTrackerOptions extends AskTools {
  readonly random: Random;
  /** A verdict may have changed. */
  readonly onChange: (deployment: string) => void;
}

export class HealthTracker {
  readonly #options: HealthTrackerOptions;
  readonly #tracked = new Map<string, Map<string, Tracked>>();

  constructor(options: HealthTrackerOptions) {
    this.#options = options;
  }

  /** Takes in what runs of a deployment; the facts by container id. Probes start and stop accordingly. */
  track(deployment: string, targets: readonly Target[]): Map<string, HealthFacts> {
    const before = this.#tracked.get(deployment) ?? new Map<string, Tracked>();
    const after = new Map<string, Tracked>();
    for (const target of targets) {
      if (target.container.state !== 'running') continue;
      const known = before.get(target.container.id);
      const isSameRun = known !== undefined && known.run === runOf(target);
      const tracked = isSameRun ? known : this.#begin(deployment, target);
      noteEngineHealth(tracked, target.container, this.#options.clock.monotonicMs());
      after.set(target.container.id, tracked);
    }
    for (const [id, tracked] of before) if (after.get(id) !== tracked) tracked.stop.abort();
    if (after.size > 0) this.#tracked.set(deployment, after);
    else this.#tracked.delete(deployment);
    return new Map([...after].map(([id, tracked]) => [id, tracked.facts]));
  }

  close(): void {
    for (const deployment of this.#tracked.values())
      for (const tracked of deployment.values()) tracked.stop.abort();
  }

  #begin(deployment: string, { container, probe }: Target): Tracked {
    const nowMs = this.#options.clock.monotonicMs();
    const facts = {
      runningSinceMs: nowMs,
      engineHealthySinceMs: null,
      probe: probe === undefined ? null : newProbeHistory(nowMs),
    };
    const tracked: Tracked = { run: runOf({ container, probe }), facts, stop: new AbortController() };
    if (probe !== undefined) void this.#probe(tracked, { deployment, probe, container });
    return tracked;
  }

  async #probe(tracked: Tracked, target: Asked): Promise<void> {
    const { clock, onChange } = this.#options;
    const { signal } = tracked.stop;
    const ask = askerFor(target, this.#options);
    let history = newProbeHistory(tracked.facts.runningSinceMs);
    let verdict = judgeProbe(target.probe, history, tracked.facts.runningSinceMs);
    while (!signal.aborted) {
      await clock.sleep(this.#pauseMs(target.probe, history), signal);
      if (signal.aborted) return;
      const answer = await ask(signal);
      if (signal.aborted) return;
      const nowMs = clock.monotonicMs();
      if (answer !== null) history = withResult(target.probe, history, { error: answer.error, nowMs });
      tracked.facts = { ...tracked.facts, probe: history };
      const before = verdict;
      verdict = judgeProbe(target.probe, history, nowMs);
      // Held against the last verdict told, as time alone changes one too: when the grace is over.
      if (verdict !== before) onChange(target.deployment);
    }
  }

  #pauseMs(probe: Probe, history: ProbeHistory): number {
    const intervalMs = durationMs(probe.interval, 10_000);
    const isEager = history.okSinceMs === null;
    const base = isEager ? Math.min(intervalMs, EAGER_INTERVAL_MS) : intervalMs;
    return base * (1 - JITTER * this.#options.random());
  }
}

function runOf({ container, probe }: Target): string {
  return JSON.stringify([container.startedAt, container.address, probe ?? null]);
}

function noteEngineHealth(tracked: Tracked, container: ObservedContainer, nowMs: number): void {
  const { engineHealthySinceMs } = tracked.facts;
  const since = container.engineHealth === 'healthy' ? (engineHealthySinceMs ?? nowMs) : null;
  if (since !== engineHealthySinceMs) tracked.facts = { ...tracked.facts, engineHealthySinceMs: since };
}

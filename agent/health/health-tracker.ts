// Keeps what is known of each container's health: since when it runs, and what its probe has shown.

import type { Tasks } from '../../lib/failures/tasks.ts';
import type { Random } from '../../lib/time/clock.ts';
import type { Probe } from '../model/desired-health.ts';
import { lasted, moreMs } from '../model/evidence.ts';
import {
  evidenceOf,
  type HealthFacts,
  historySince,
  judgeProbe,
  newFacts,
  newProbeHistory,
  type ProbeHistory,
  withLook,
  withResult,
} from '../model/health.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Publisher } from '../notices/notices.ts';
import { type AskTools, askerFor, type ProbeContext, type ProbeResult } from './asker.ts';

/** Until its first success a service is asked at least this often, so that no update waits for a long interval. */
const EAGER_INTERVAL_MS = 1000;
/** Probes of services that started together spread out over this share of their interval. */
const JITTER = 0.2;

export interface ProbedContainer {
  readonly container: ObservedContainer;
  readonly probe: Probe | null;
  /** How long its health must be seen to be proven: an interval may be longer. */
  readonly healthyAfterMs: number;
}

interface Tracked {
  /** A new start is a new history. */
  readonly run: string;
  facts: HealthFacts;
  readonly stop: AbortController;
}

export interface HealthTrackerOptions extends AskTools {
  readonly random: Random;
  readonly tasks: Tasks;
  /** When the process last ran again after it had stood still, monotonic. */
  readonly lastStallMs: () => number;
  readonly notices: Publisher;
}

export class HealthTracker {
  readonly #options: HealthTrackerOptions;
  readonly #tracked = new Map<string, Map<string, Tracked>>();

  constructor(options: HealthTrackerOptions) {
    this.#options = options;
  }

  /**
   * Takes in what a look at the engine that began at `lookedAtMs` showed of a deployment; the facts by container id.
   * Probes start and stop accordingly.
   */
  track(
    deployment: string,
    targets: readonly ProbedContainer[],
    lookedAtMs: number,
  ): Map<string, HealthFacts> {
    const look = { askedMs: lookedAtMs, stalledMs: this.#options.lastStallMs() };
    const before = this.#tracked.get(deployment) ?? new Map<string, Tracked>();
    const after = new Map<string, Tracked>();
    for (const target of targets) {
      if (target.container.state !== 'running') continue;
      const known = before.get(target.container.id);
      const isSameRun = known !== undefined && known.run === runOf(target);
      const tracked = isSameRun ? known : this.#begin(deployment, target);
      tracked.facts = withLook(tracked.facts, target.container, look);
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

  #begin(deployment: string, target: ProbedContainer): Tracked {
    const { container, probe, healthyAfterMs } = target;
    const facts = newFacts(this.#options.clock.monotonicMs(), probe !== null);
    const tracked: Tracked = { run: runOf(target), facts, stop: new AbortController() };
    if (probe !== null)
      this.#options.tasks.run(this.#probe(tracked, { deployment, probe, container, healthyAfterMs }));
    return tracked;
  }

  async #probe(tracked: Tracked, target: Probed): Promise<void> {
    const { clock } = this.#options;
    const { signal } = tracked.stop;
    const ask = askerFor(target, this.#options);
    let news = newsOf(tracked.facts, target, clock.monotonicMs());
    while (!signal.aborted) {
      await clock.sleep(this.#pauseMs(tracked.facts, target), signal);
      if (signal.aborted) return;
      const askedMs = clock.monotonicMs();
      const answer = await ask(signal);
      if (signal.aborted) return;
      this.#note(tracked, target, { answer, askedMs });
      const before = news;
      news = newsOf(tracked.facts, target, clock.monotonicMs());
      // Held against what was told last, as time alone changes a verdict too: when the grace is over.
      if (news.health !== before.health || (news.isEnough && !before.isEnough))
        this.#options.notices.publish({ kind: 'look_due', deployment: target.deployment });
    }
  }

  #note(
    tracked: Tracked,
    { probe }: Probed,
    { answer, askedMs }: { readonly answer: ProbeResult; readonly askedMs: number },
  ): void {
    const stalledMs = this.#options.lastStallMs();
    const history = historySince(historyIn(tracked.facts), stalledMs);
    // Where the process stood still in between, a time-out is its own, and an answer is old.
    const isTaken = answer !== null && askedMs >= stalledMs;
    const next = isTaken ? withResult(probe, history, { ...answer, askedMs, stalledMs }) : history;
    tracked.facts = { ...tracked.facts, probe: next };
  }

  /** Until there is evidence it is asked often; and once more when that could be enough for a proof. */
  #pauseMs(facts: HealthFacts, { probe, healthyAfterMs, container }: Probed): number {
    const { clock, random } = this.#options;
    const intervalMs = probe.intervalMs;
    const isEager = historyIn(facts).evidence === null;
    const base = isEager ? Math.min(intervalMs, EAGER_INTERVAL_MS) : intervalMs;
    const pauseMs = base * (1 - JITTER * random());
    const evidence = evidenceOf(container, probe, facts);
    if (evidence === null || lasted(evidence, healthyAfterMs)) return pauseMs;
    return Math.min(pauseMs, moreMs(evidence, healthyAfterMs, clock.monotonicMs()));
  }
}

interface Probed extends ProbeContext {
  readonly healthyAfterMs: number;
}

function historyIn({ probe, runningSinceMs }: HealthFacts): ProbeHistory {
  return probe ?? newProbeHistory(runningSinceMs);
}

/** What somebody may wait for: another verdict, or enough evidence for a proof. */
function newsOf(facts: HealthFacts, { probe, healthyAfterMs, container }: Probed, nowMs: number) {
  return {
    health: judgeProbe(probe, historyIn(facts), nowMs),
    isEnough: lasted(evidenceOf(container, probe, facts), healthyAfterMs),
  };
}

function runOf({ container, probe }: ProbedContainer): string {
  return JSON.stringify([container.startedAt, container.address, probe]);
}

// Health verdicts: pure, over what the probe, the engine and the time since the start say.
import type { Probe } from '../../protocol/service.ts';
import type { ObservedContainer } from './observed.ts';
import { durationMs } from './service-spec.ts';

export type Health = 'starting' | 'healthy' | 'unhealthy' | 'unknown';

/** What the prober has seen of one container since its last start. Times are monotonic milliseconds. */
export interface ProbeHistory {
  readonly startedMs: number;
  /** When the present run of successes began; `null` when the last result was a failure or none came yet. */
  readonly okSinceMs: number | null;
  readonly failuresInRow: number;
  readonly lastError: string | null;
}

export function newProbeHistory(startedMs: number): ProbeHistory {
  return { startedMs, okSinceMs: null, failuresInRow: 0, lastError: null };
}

/**
 * The history with one more result; `error` is `null` for a success. A failure or two after a success do
 * not end the healthy run: only `failures` in a row do.
 */
export function withResult(
  probe: Probe,
  history: ProbeHistory,
  result: { error: string | null; nowMs: number },
): ProbeHistory {
  const { error, nowMs } = result;
  if (error === null)
    return { ...history, okSinceMs: history.okSinceMs ?? nowMs, failuresInRow: 0, lastError: null };
  const failuresInRow = history.failuresInRow + 1;
  const okSinceMs = failuresInRow >= probe.failures ? null : history.okSinceMs;
  return { ...history, okSinceMs, failuresInRow, lastError: error };
}

/**
 * | probe results | verdict |
 * |---|---|
 * | a success, and fewer than `failures` failures in a row since | healthy |
 * | no success, or `failures` in a row, within the grace after the start | starting |
 * | `failures` in a row, past the grace | unhealthy |
 */
export function judgeProbe(probe: Probe, history: ProbeHistory, nowMs: number): Health {
  if (history.okSinceMs !== null) return 'healthy';
  if (nowMs - history.startedMs < durationMs(probe.grace, 0)) return 'starting';
  return history.failuresInRow >= probe.failures ? 'unhealthy' : 'starting';
}

/** What is known of one container's health. */
export interface HealthFacts {
  /** When this run of the container was first seen running, monotonic. */
  readonly runningSinceMs: number;
  /** When the engine's own HEALTHCHECK was first seen healthy in this run; `null` when it is not. */
  readonly engineHealthySinceMs: number | null;
  readonly probe: ProbeHistory | null;
}

export interface Verdict {
  readonly health: Health;
  /** Since when it has been healthy without a break, monotonic; `null` when it is not. */
  readonly healthySinceMs: number | null;
  readonly why: string | null;
}

/** Probe and HEALTHCHECK must both hold; with neither, having run `healthyAfterMs` with no exit is health. */
export function judgeHealth(
  container: ObservedContainer,
  probe: Probe | undefined,
  context: {
    readonly facts: HealthFacts | undefined;
    readonly healthyAfterMs: number;
    readonly nowMs: number;
  },
): Verdict {
  const { facts, nowMs, healthyAfterMs } = context;
  if (container.state !== 'running' || facts === undefined)
    return { health: 'unknown', healthySinceMs: null, why: null };
  if (container.engineHealth === 'unhealthy') {
    return { health: 'unhealthy', healthySinceMs: null, why: 'its HEALTHCHECK fails' };
  }
  const byProbe =
    probe === undefined
      ? null
      : judgeProbe(probe, facts.probe ?? newProbeHistory(facts.runningSinceMs), nowMs);
  if (byProbe === 'unhealthy') {
    return {
      health: 'unhealthy',
      healthySinceMs: null,
      why: `its probe fails: ${facts.probe?.lastError ?? 'no answer'}`,
    };
  }
  const since = healthySince(container, probe, facts);
  if (since === null) return { health: 'starting', healthySinceMs: null, why: null };
  const isWaitingOut =
    byProbe === null && container.engineHealth === 'none' && nowMs - since < healthyAfterMs;
  return { health: isWaitingOut ? 'starting' : 'healthy', healthySinceMs: since, why: null };
}

function healthySince(
  container: ObservedContainer,
  probe: Probe | undefined,
  facts: HealthFacts,
): number | null {
  const since = [facts.runningSinceMs];
  if (probe !== undefined) since.push(facts.probe?.okSinceMs ?? Number.NaN);
  if (container.engineHealth !== 'none') since.push(facts.engineHealthySinceMs ?? Number.NaN);
  const latest = Math.max(...since);
  return Number.isNaN(latest) ? null : latest;
}

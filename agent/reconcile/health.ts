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
  /** Whether each of the newest results since it came up was a failure; the newest is the last. */
  readonly recent: readonly boolean[];
}

/** A service that fails so many of so many results is of no use, though it never fails often enough in a row. */
const FLAPPING = { failures: 10, of: 20 };

export function newProbeHistory(startedMs: number): ProbeHistory {
  return { startedMs, okSinceMs: null, failuresInRow: 0, lastError: null, recent: [] };
}

/**
 * The history with one more result; `error` is `null` for a success. A failure or two after a success do
 * not end the healthy run: only `failures` in a row do, or flapping.
 */
export function withResult(
  probe: Probe,
  history: ProbeHistory,
  result: { error: string | null; nowMs: number },
): ProbeHistory {
  const { error, nowMs } = result;
  const failuresInRow = error === null ? 0 : history.failuresInRow + 1;
  const isDown = failuresInRow >= probe.failures;
  // What comes up again after it was down begins anew.
  const recent = isDown ? [] : withNewest(history.recent, error !== null);
  const isBad = isDown || isFlapping(recent);
  const okSinceMs = history.okSinceMs ?? (error === null ? nowMs : null);
  return { ...history, okSinceMs: isBad ? null : okSinceMs, failuresInRow, lastError: error, recent };
}

/** What fails before the first success is still starting, or down. */
function withNewest(recent: readonly boolean[], isFailure: boolean): readonly boolean[] {
  if (isFailure && recent.length === 0) return recent;
  return [...recent, isFailure].slice(-FLAPPING.of);
}

function isFlapping(recent: readonly boolean[]): boolean {
  return recent.filter((isFailure) => isFailure).length >= FLAPPING.failures;
}

/**
 * | probe results | verdict |
 * |---|---|
 * | a success, and fewer than `failures` failures in a row since | healthy |
 * | no success, `failures` in a row, or half of the last 20, within the grace after the start | starting |
 * | `failures` in a row, or half of the last 20 since the first success, past the grace | unhealthy |
 */
export function judgeProbe(probe: Probe, history: ProbeHistory, nowMs: number): Health {
  if (history.okSinceMs !== null) return 'healthy';
  if (nowMs - history.startedMs < durationMs(probe.grace, 0)) return 'starting';
  return history.failuresInRow >= probe.failures || isFlapping(history.recent) ? 'unhealthy' : 'starting';
}

function whyUnhealthy(probe: Probe, history: ProbeHistory): Why {
  if (history.failuresInRow >= probe.failures || !isFlapping(history.recent))
    return { code: 'unhealthy', message: `its probe fails: ${history.lastError ?? 'no answer'}` };
  const failures = history.recent.filter((isFailure) => isFailure).length;
  return { code: 'flapping', message: `its probe failed ${failures} of the last ${FLAPPING.of} times` };
}

/** What is known of one container's health. */
export interface HealthFacts {
  /** When this run of the container was first seen running, monotonic. */
  readonly runningSinceMs: number;
  /** When the engine's own HEALTHCHECK was first seen healthy in this run; `null` when it is not. */
  readonly engineHealthySinceMs: number | null;
  readonly probe: ProbeHistory | null;
}

export interface Why {
  readonly code: 'unhealthy' | 'flapping';
  readonly message: string;
}

export interface Verdict {
  readonly health: Health;
  /** Since when it has been healthy without a break, monotonic; `null` when it is not. */
  readonly healthySinceMs: number | null;
  /** Why it is unhealthy; `null` when it is not. */
  readonly why: Why | null;
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
    const why: Why = { code: 'unhealthy', message: 'its HEALTHCHECK fails' };
    return { health: 'unhealthy', healthySinceMs: null, why };
  }
  const history = facts.probe ?? newProbeHistory(facts.runningSinceMs);
  const byProbe = probe === undefined ? null : judgeProbe(probe, history, nowMs);
  if (probe !== undefined && byProbe === 'unhealthy')
    return { health: 'unhealthy', healthySinceMs: null, why: whyUnhealthy(probe, history) };
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

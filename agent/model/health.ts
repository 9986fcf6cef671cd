// Health verdicts: pure, over what the probe, the engine and the time since the start say.
// Tested in test/agent/model/flapping.test.ts.
import type { Probe } from './desired-health.ts';
import { type Asking, allOf, type Evidence, lasted, sinceStall, withSuccess } from './evidence.ts';
import type { ObservedContainer } from './observed.ts';

export type Health = 'starting' | 'healthy' | 'unhealthy' | 'unknown';

/** What the prober has seen of one container since its last start. Times are monotonic milliseconds. */
export interface ProbeHistory {
  readonly startedMs: number;
  /** Whether a success came, and no more failures since than are forgiven. */
  readonly isUp: boolean;
  /** The successes since it came up; none from before a stall. */
  readonly evidence: Evidence | null;
  readonly failuresInRow: number;
  readonly lastError: string | null;
  /** Of the last failure, whether the service has answered. */
  readonly hasAnswered?: boolean;
  /** Whether each of the newest results since it came up was a failure; the newest is the last. */
  readonly recent: readonly boolean[];
}

/** A service that fails so many of so many results is of no use, though it never fails often enough in a row. */
const FLAPPING = { failures: 10, of: 20 };

export function newProbeHistory(startedMs: number): ProbeHistory {
  return { startedMs, isUp: false, evidence: null, failuresInRow: 0, lastError: null, recent: [] };
}

/**
 * The history with one more result; `error` is `null` for a success. A failure or two after a success do
 * not end the healthy run: only `failures` in a row do, or flapping.
 */
export function withResult(
  probe: Probe,
  history: ProbeHistory,
  result: Asking & { readonly error: string | null; readonly isAnswered?: boolean },
): ProbeHistory {
  const { error, isAnswered = false } = result;
  const failuresInRow = error === null ? 0 : history.failuresInRow + 1;
  const isDown = failuresInRow >= probe.failures;
  // What comes up again after it was down begins anew.
  const recent = isDown ? [] : withNewest(history.recent, error !== null);
  const isBad = isDown || isFlapping(recent);
  const next = { ...history, failuresInRow, lastError: error, hasAnswered: isAnswered, recent };
  if (isBad) return { ...next, isUp: false, evidence: null };
  const evidence = error === null ? withSuccess(history.evidence, result) : history.evidence;
  return { ...next, isUp: history.isUp || error === null, evidence };
}

/** The history after a stall: what is up counts as up, and has to show it again where that is to be proven. */
export function historySince(history: ProbeHistory, stalledMs: number): ProbeHistory {
  return { ...history, evidence: sinceStall(history.evidence, stalledMs) };
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
  if (history.isUp) return 'healthy';
  if (nowMs - history.startedMs < probe.graceMs) return 'starting';
  return history.failuresInRow >= probe.failures || isFlapping(history.recent) ? 'unhealthy' : 'starting';
}

function whyUnhealthy(probe: Probe, history: ProbeHistory): Why {
  if (history.failuresInRow >= probe.failures || !isFlapping(history.recent))
    return { code: 'unhealthy', message: `its probe fails: ${history.lastError ?? 'no answer'}` };
  const failures = history.recent.filter((isFailure) => isFailure).length;
  return { code: 'flapping', message: `its probe failed ${failures} of the last ${FLAPPING.of} times` };
}

/** What is known of one container's health. No evidence in it is from before a stall. */
export interface HealthFacts {
  /** When this run of the container was first seen running, monotonic. */
  readonly runningSinceMs: number;
  /** Looks that saw it run. */
  readonly running: Evidence | null;
  /** Looks that saw the engine's own HEALTHCHECK healthy; `null` when it is not. */
  readonly engineHealthy: Evidence | null;
  readonly probe: ProbeHistory | null;
}

export function newFacts(nowMs: number, hasProbe: boolean): HealthFacts {
  const probe = hasProbe ? newProbeHistory(nowMs) : null;
  return { runningSinceMs: nowMs, running: null, engineHealthy: null, probe };
}

/** The facts after one more look at the engine that shows the same run of the container. */
export function withLook(
  facts: HealthFacts,
  { engineHealth }: Pick<ObservedContainer, 'engineHealth'>,
  look: Asking,
): HealthFacts {
  const { probe } = facts;
  return {
    ...facts,
    running: withSuccess(facts.running, look),
    engineHealthy: engineHealth === 'healthy' ? withSuccess(facts.engineHealthy, look) : null,
    probe: probe === null ? null : historySince(probe, look.stalledMs),
  };
}

export interface Why {
  readonly code: 'unhealthy' | 'flapping';
  readonly message: string;
}

export interface Verdict {
  readonly health: Health;
  /** What was seen of its health, or of its running where that is all; a proof is made of it. `null`: nothing yet. */
  readonly evidence: Evidence | null;
  /** Why it is unhealthy; `null` when it is not. */
  readonly why: Why | null;
  /** Whether it gives no answer: it may hang. */
  readonly isSilent?: true;
}

/** Probe and HEALTHCHECK must both hold; with neither, having run `healthyAfterMs` with no exit is health. */
export function judgeHealth(
  container: ObservedContainer,
  probe: Probe | null,
  context: {
    readonly facts: HealthFacts | undefined;
    readonly healthyAfterMs: number;
    readonly nowMs: number;
  },
): Verdict {
  const { facts, nowMs, healthyAfterMs } = context;
  const { engineHealth } = container;
  if (container.state !== 'running' || facts === undefined) return notHealthy('unknown');
  if (engineHealth === 'unhealthy')
    return { ...notHealthy('unhealthy', { code: 'unhealthy', message: 'its HEALTHCHECK fails' }), ...SILENT };
  const history = facts.probe ?? newProbeHistory(facts.runningSinceMs);
  const byProbe = probe === null ? null : judgeProbe(probe, history, nowMs);
  if (probe !== null && byProbe === 'unhealthy') {
    const why = whyUnhealthy(probe, history);
    const isSilent = why.code === 'unhealthy' && history.hasAnswered !== true;
    return { ...notHealthy('unhealthy', why), ...(isSilent ? SILENT : {}) };
  }
  if (byProbe === 'starting' || engineHealth === 'starting') return notHealthy('starting');
  const evidence = evidenceOf(container, probe, facts);
  const isBareRun = byProbe === null && engineHealth === 'none';
  // A stall ends what was seen of a run, and not the run.
  const hasRun = lasted(evidence, healthyAfterMs) || nowMs - facts.runningSinceMs >= healthyAfterMs;
  return { health: isBareRun && !hasRun ? 'starting' : 'healthy', evidence, why: null };
}

const SILENT = { isSilent: true } as const;

export function notHealthy(health: Exclude<Health, 'healthy'>, why: Why | null = null): Verdict {
  return { health, evidence: null, why };
}

/**
 * What was seen of all that must hold. With neither probe nor HEALTHCHECK, that it runs is all there is to see. A
 * failure that is forgiven is no success.
 */
export function evidenceOf(
  { engineHealth }: ObservedContainer,
  probe: Probe | null,
  { running, engineHealthy, probe: history }: HealthFacts,
): Evidence | null {
  const sources: (Evidence | null)[] = [];
  if (probe !== null) sources.push(history?.failuresInRow === 0 ? history.evidence : null);
  if (engineHealth !== 'none') sources.push(engineHealthy);
  return allOf(sources.length > 0 ? sources : [running]);
}

// Failures of services and the wait that follows: noticed by comparing what runs with what was watched.

import { equalJitter, nextCeilingMs } from '../../../lib/time/back-off.ts';
import type { ServiceFacts } from '../../model/decision.ts';
import { lasted } from '../../model/evidence.ts';
import type { Moment } from '../../model/facts.ts';
import { CRASH_LOOP_FAILURES, extendRow, owedRunMs, STABLE_RUN_MS } from '../../model/failure-row.ts';
import { historyOf, isHeldBack, withHistory } from '../../model/histories.ts';
import { type InstanceSpec, keyOf } from '../../model/instance.ts';
import { afterExit } from '../../model/lifecycle.ts';
import { growthOf } from '../../model/memory-growth.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { DeploymentRecord, ServiceFailure, ServiceHistory } from '../../model/record.ts';
import { isUp } from './select-container.ts';

const RETRY = { baseMs: 1000, capMs: 5 * 60_000 };

type Failure = Omit<ServiceFailure, 'at' | 'nextTryAt'>;

/** A wall-clock time so much after another, ISO 8601. */
export function later(wallTime: string, ms: number): string {
  return new Date(Date.parse(wallTime) + ms).toISOString();
}

/** The wait before the next try: none after the first failure, then doubling to a cap, less up to half by chance. */
function retryDelayMs(failuresInRow: number, chance: number): number {
  if (failuresInRow <= 1) return 0;
  const ceilingMs = nextCeilingMs({ limits: RETRY, failures: failuresInRow - 2 });
  return equalJitter(ceilingMs, chance);
}

/** Notes one failure of a service: the count, what it was, and when the next try comes. */
export function noteFailure(
  record: DeploymentRecord,
  { spec, ...failure }: Failure & { readonly spec: InstanceSpec },
  moment: Moment,
): DeploymentRecord {
  const before = historyOf(record, spec);
  const ranMs = before.watched === null ? 0 : moment.nowMs - before.watched.sinceMs;
  const failuresInRow = ranMs >= STABLE_RUN_MS ? 1 : before.failuresInRow + 1;
  const row = failuresInRow === 1 ? undefined : before.row;
  const delayMs = retryDelayMs(failuresInRow, moment.chance);
  const next = withHistory(record, spec, {
    ...before,
    failuresInRow,
    row: extendRow(row, { nowMs: moment.nowMs, ranMs }),
    isDown: true,
    delayMs,
    retryAtMs: moment.nowMs + delayMs,
    watched: null,
    lastFailure: { ...failure, at: moment.wallTime, nextTryAt: later(moment.wallTime, delayMs) },
  });
  return countAgainstAttempt(next, keyOf(spec.instance));
}

function countAgainstAttempt(record: DeploymentRecord, key: string): DeploymentRecord {
  const { attempt } = record;
  if (attempt === null || attempt.pulledAtMs === null) return record;
  const failures = { ...attempt.failures, [key]: (attempt.failures[key] ?? 0) + 1 };
  return { ...record, attempt: { ...attempt, failures } };
}

type Run = Pick<ServiceFacts, 'spec' | 'container' | 'verdict' | 'memory'>;

/** A run of a container that is there. */
type KnownRun = Run & { readonly container: ObservedContainer };

/** Compares one service with what was watched of it, and notes what happened since. */
export function noteRun(record: DeploymentRecord, run: Run, moment: Moment): DeploymentRecord {
  const { spec, container } = run;
  if (container === null)
    return historyOf(record, spec).watched === null ? record : noteFailure(record, { spec, ...GONE }, moment);
  const known = { ...run, container };
  return isUp(container) ? noteUp(record, known, moment) : noteExit(record, known, moment);
}

const UNHEALTHY = { code: 'unhealthy', message: 'unhealthy' } as const;
const GONE: Failure = {
  code: 'removed',
  message: 'its container was removed by somebody else',
  exitCode: null,
};

function noteExit(record: DeploymentRecord, run: KnownRun, moment: Moment): DeploymentRecord {
  const { spec, container } = run;
  if (record.parked.includes(container.id)) return record;
  const history = historyOf(record, spec);
  const after = afterExit(spec.lifecycle, container.exitCode, container.engineRestarts);
  const isWatched = history.watched?.container === container.id;
  // The agent was killed before it could note the start. What nothing restarts would otherwise never fail.
  const isMissedEnd = container.state === 'exited' && after === 'stay' && history.lastFailure === null;
  if (!isWatched && !isMissedEnd) return record;
  if (after === 'completed')
    return withHistory(record, spec, { ...history, watched: null, failuresInRow: 0 });
  return noteFailure(record, { spec, ...exitFailure(run, history, moment) }, moment);
}

function noteUp(record: DeploymentRecord, run: KnownRun, moment: Moment): DeploymentRecord {
  const { spec, container, verdict } = run;
  const history = historyOf(record, spec);
  const { watched } = history;
  const isSameContainer = watched?.container === container.id;
  const engineRestarts = restartsSince(isSameContainer ? watched.engineRestarts : null, container);
  if (engineRestarts > 0) {
    const failed = noteFailure(record, { spec, ...exitFailure(run, history, moment) }, moment);
    return watch(countRestarts(failed, spec, engineRestarts), run, moment.nowMs);
  }
  if (verdict.health === 'unhealthy' && history.retryAtMs === null) {
    const why = verdict.why ?? UNHEALTHY;
    return noteFailure(record, { spec, ...why, exitCode: null }, moment);
  }
  const isSameRun =
    isSameContainer && (watched.startedAt === null || watched.startedAt === container.startedAt);
  const free = verdict.health === 'unhealthy' ? record : withoutWaitThatIsOver(record, spec, moment.nowMs);
  return forgive(watch(free, run, isSameRun ? watched.sinceMs : moment.nowMs), run, moment.nowMs);
}

/** Of what somebody else started: a restart of the agent begins each wait anew, and would stop what runs well. */
function withoutWaitThatIsOver(
  record: DeploymentRecord,
  spec: InstanceSpec,
  nowMs: number,
): DeploymentRecord {
  const history = historyOf(record, spec);
  if (history.retryAtMs === null || isHeldBack(history, nowMs)) return record;
  return withHistory(record, spec, { ...history, retryAtMs: null });
}

function restartsSince(before: number | null, container: ObservedContainer): number {
  return before === null ? 0 : Math.max(0, container.engineRestarts - before);
}

function exitFailure(run: KnownRun, history: ServiceHistory, moment: Moment): Failure {
  const { container } = run;
  if (container.oomKilled) {
    return {
      ...memoryGrowth(run, history, moment),
      code: 'oom_killed',
      message: 'it was killed for passing its memory limit',
      hint: 'raise deploy.resources.limits.memory, or find what grows',
      exitCode: container.exitCode,
    };
  }
  const { exitCode } = container;
  const message = `it exited${exitCode === null ? '' : ` with code ${exitCode}`}`;
  return { code: 'exited', message, exitCode, ...(exitCode === 0 ? { hint: ENDED_WELL } : {}) };
}

/** Of the run that was watched: the engine may have begun the next one already. */
function memoryGrowth(
  { container, memory }: KnownRun,
  { watched }: ServiceHistory,
  { nowMs }: Moment,
): Pick<Failure, 'memory'> {
  const limitBytes = container.settings.memoryBytes;
  const run = watched?.startedAt ?? container.startedAt;
  return limitBytes === 0 ? {} : { memory: growthOf(memory, { run, limitBytes, endMs: nowMs }) };
}

const ENDED_WELL =
  'it ended well, and is started again as its restart policy says; a job needs restart "no", or another that waits for its completion';

function countRestarts(record: DeploymentRecord, spec: InstanceSpec, restarts: number): DeploymentRecord {
  const history = historyOf(record, spec);
  // The first failures are the engine's to restart at once: no wait of ours holds then.
  const isOurs = history.failuresInRow >= CRASH_LOOP_FAILURES;
  const retryAtMs = isOurs ? history.retryAtMs : null;
  // Where the agent stops it now and starts it later, that is no further restart.
  return withHistory(record, spec, {
    ...history,
    restarts: history.restarts + restarts,
    isDown: false,
    retryAtMs,
  });
}

function watch(record: DeploymentRecord, { spec, container }: KnownRun, sinceMs: number): DeploymentRecord {
  const history = historyOf(record, spec);
  const watched: ServiceHistory['watched'] = {
    container: container.id,
    startedAt: container.startedAt,
    engineRestarts: container.engineRestarts,
    sinceMs,
  };
  return withHistory(record, spec, { ...history, watched });
}

/** What ran well for long enough is good again; what did for longer still has failed for the last time of its row. */
function forgive(record: DeploymentRecord, { spec, verdict }: Run, nowMs: number): DeploymentRecord {
  const history = historyOf(record, spec);
  const { row, watched, ...rest } = history;
  const { health, evidence } = verdict;
  if (health !== 'healthy' || history.failuresInRow === 0) return record;
  if (watched !== null && nowMs - watched.sinceMs >= STABLE_RUN_MS)
    return withHistory(record, spec, { ...rest, watched, failuresInRow: 0, delayMs: 0 });
  if (row === undefined || row.isOver || !lasted(evidence, owedRunMs(row))) return record;
  return withHistory(record, spec, { ...history, row: { ...row, isOver: true } });
}

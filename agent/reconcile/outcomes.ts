// What a step's outcome leaves in the record.
import { type Moment, noteFailure } from './failures.ts';
import { type DeploymentRecord, EMPTY_HISTORY, historyOf, withHistory } from './record.ts';
import type { ContainerRef, Step, StepOutcome } from './steps.ts';

export interface StepResult {
  readonly step: Step;
  readonly outcome: StepOutcome;
}

export function recordOutcomes(
  record: DeploymentRecord,
  results: readonly StepResult[],
  moment: Moment,
): DeploymentRecord {
  return results.reduce((next, result) => recordOutcome(next, result, moment), record);
}

function recordOutcome(
  record: DeploymentRecord,
  { step, outcome }: StepResult,
  moment: Moment,
): DeploymentRecord {
  if (step.kind === 'read_last_logs') return withLogs(record, outcome.ok ? (outcome.lines ?? []) : []);
  if (!outcome.ok) return recordError(record, { step, outcome }, moment);
  switch (step.kind) {
    case 'create_container': {
      const applied =
        outcome.container === undefined
          ? null
          : { container: outcome.container, asked: step.spec.settings, shown: null };
      const fresh = { ...EMPTY_HISTORY, applied };
      return withHistory(record, step.spec.name, fresh);
    }
    case 'start_container':
    case 'restart_container':
      return started(record, step, moment.nowMs);
    case 'create_network':
    case 'create_volume':
    case 'remove_network':
    case 'remove_volume':
      return { ...record, blocked: null };
    case 'update_container': {
      const applied = { container: step.container, asked: step.settings, shown: null };
      return withHistory(record, step.service, { ...historyOf(record, step.service), applied });
    }
    default:
      return record;
  }
}

/** A run of ours begins: what exits from now on exits by itself. */
function started(record: DeploymentRecord, step: ContainerRef, nowMs: number): DeploymentRecord {
  const history = historyOf(record, step.service);
  const watched = { container: step.container, startedAt: null, engineRestarts: null, sinceMs: nowMs };
  const isRetry = history.failuresInRow > 0;
  const next = { ...history, retryAtMs: null, watched, restarts: history.restarts + (isRetry ? 1 : 0) };
  const parked = record.parked.filter((id) => id !== step.container);
  return { ...withHistory(record, step.service, next), parked };
}

function recordError(
  record: DeploymentRecord,
  { step, outcome }: { step: Step; outcome: StepOutcome & { ok: false } },
  moment: Moment,
): DeploymentRecord {
  const service = step.kind === 'create_container' ? step.spec.name : 'service' in step ? step.service : null;
  const { code, message, hint } = outcome;
  if (service === null)
    return {
      ...record,
      blocked: { code, path: resourcePath(step), message, ...(hint === undefined ? {} : { hint }) },
    };
  return noteFailure(
    record,
    service,
    { code, message, exitCode: null, ...(hint === undefined ? {} : { hint }) },
    moment,
  );
}

function resourcePath(step: Step): string {
  if ('network' in step) return `networks.${step.network}`;
  return 'volume' in step ? `volumes.${step.volume}` : '';
}

/** The culprit's last words go into the reason, and with them the condemned attempt has all it waited for. */
function withLogs(record: DeploymentRecord, lines: readonly string[]): DeploymentRecord {
  const { attempt } = record;
  if (attempt?.verdict == null) return record;
  const reason = lines.length === 0 ? attempt.verdict.reason : { ...attempt.verdict.reason, log: [...lines] };
  return { ...record, attempt: { ...attempt, verdict: { reason, service: null, container: null } } };
}

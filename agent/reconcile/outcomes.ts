// What the outcomes of steps leave in the record.
import type { Reason } from '../../protocol/reports/status.ts';
import { emptyHistory, historyOf, withHistory } from '../model/histories.ts';
import type { DeploymentRecord } from '../model/record.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import { pathOf, type Step, type StepOutcome } from '../model/steps.ts';
import { type Moment, noteFailure } from './running/failures.ts';
import { noteCreation } from './running/identity.ts';
import { noteLastWords } from './running/last-words.ts';
import { canBlock } from './running/obstacles.ts';
import { withLog } from './running/reason-log.ts';
import { noteRepeats } from './running/repeats.ts';
import { noteLeft } from './running/shares.ts';

export interface StepResult {
  readonly step: Step;
  readonly outcome: StepOutcome;
}

export function recordOutcomes(
  record: DeploymentRecord,
  results: readonly StepResult[],
  moment: Moment,
): DeploymentRecord {
  if (results.length === 0) return record;
  const noted = results.reduce((before, result) => recordOutcome(before, result, moment), record);
  const next = noteRepeats(noted, results, moment);
  return { ...next, blocked: results.map(blockedBy).find((reason) => reason !== null) ?? null };
}

function recordOutcome(
  record: DeploymentRecord,
  { step, outcome }: StepResult,
  moment: Moment,
): DeploymentRecord {
  if (step.kind === 'read_last_logs')
    return withLogs(record, step.service, outcome.ok ? (outcome.lines ?? []) : []);
  if (step.kind === 'leave_network') return outcome.ok ? noteLeft(record, step.network) : record;
  if (!('spec' in step)) return record;
  const { spec } = step;
  const noted = step.kind === 'create_container' ? noteCreation(record, step, outcome) : record;
  if (!outcome.ok) return noteFailure(noted, spec, { ...told(outcome), exitCode: null }, moment);
  switch (step.kind) {
    case 'create_container':
      return created(noted, spec, outcome.container ?? null);
    case 'start_container':
    case 'restart_container':
      return started(record, { spec, container: step.container }, moment.nowMs);
    case 'update_container': {
      const applied = { container: step.container, asked: spec.settings, shown: null };
      return withHistory(record, spec, { ...historyOf(record, spec), applied });
    }
    default:
      return record;
  }
}

function created(record: DeploymentRecord, spec: ServiceSpec, container: string | null): DeploymentRecord {
  const applied = container === null ? null : { container, asked: spec.settings, shown: null };
  return withHistory(record, spec, { ...emptyHistory(spec), applied });
}

/** A run of ours begins: what exits from now on exits by itself. */
function started(
  record: DeploymentRecord,
  { spec, container }: { spec: ServiceSpec; container: string },
  nowMs: number,
): DeploymentRecord {
  const history = historyOf(record, spec);
  const watched = { container, startedAt: null, engineRestarts: null, sinceMs: nowMs };
  const restarts = history.restarts + (history.isDown === true ? 1 : 0);
  const next = { ...history, retryAtMs: null, watched, restarts, isDown: false };
  const parked = record.parked.filter((id) => id !== container);
  return { ...withHistory(record, spec, next), parked };
}

function blockedBy({ step, outcome }: StepResult): Reason | null {
  if (outcome.ok || !canBlock(step)) return null;
  return { ...told(outcome), path: pathOf(step) };
}

function told({ code, message, hint }: StepOutcome & { ok: false }): {
  code: string;
  message: string;
  hint?: string;
} {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** The culprit's last words go into the reason, and with them the condemned attempt has all it waited for. */
function withLogs(record: DeploymentRecord, service: string, lines: readonly string[]): DeploymentRecord {
  const { attempt } = record;
  if (attempt?.verdict == null) return noteLastWords(record, service, lines);
  const reason = withLog(attempt.verdict.reason, lines);
  return { ...record, attempt: { ...attempt, verdict: { reason, service: null, container: null } } };
}

// What the outcomes of steps leave in the record.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import type { Moment } from '../model/facts.ts';
import { emptyHistory, historyOf, withHistory } from '../model/histories.ts';
import type { Instance, InstanceSpec } from '../model/instance.ts';
import type { LastWords } from '../model/last-words.ts';
import type { Reason } from '../model/reason.ts';
import type { DeploymentRecord } from '../model/record.ts';
import { blameOf, pathOf } from '../model/step-table.ts';
import type { StepFailure, StepOf, StepResult } from '../model/steps.ts';
import { noteFailure } from './running/failures.ts';
import { noteCreation } from './running/identity.ts';
import { noteLastWords } from './running/last-words.ts';
import { withLog } from './running/reason-log.ts';
import { noteRepeats } from './running/repeats.ts';
import { noteLeft } from './running/shares.ts';

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

function recordOutcome(record: DeploymentRecord, result: StepResult, moment: Moment): DeploymentRecord {
  const { step, outcome } = result;
  const noted = recordEffect(record, result, moment.nowMs);
  const blame = blameOf(step);
  if (outcome.ok || typeof blame === 'string') return noted;
  return noteFailure(noted, { spec: blame, ...told(outcome), exitCode: null }, moment);
}

/** What a step has changed, as far as a record keeps it; one that failed may have changed something too. */
function recordEffect(
  record: DeploymentRecord,
  { step, outcome }: StepResult,
  nowMs: number,
): DeploymentRecord {
  switch (step.kind) {
    case 'create_container': {
      const noted = noteCreation(record, step, outcome);
      return outcome.ok ? created(noted, step.spec, outcome.container ?? null) : noted;
    }
    case 'start_container':
    case 'restart_container':
      return outcome.ok ? started(record, step, nowMs) : record;
    case 'update_container':
      return outcome.ok ? changed(record, step) : record;
    case 'leave_network':
      return outcome.ok ? noteLeft(record, step.network) : record;
    case 'read_last_logs':
      return withWords(record, step, (outcome.ok ? outcome.words : undefined) ?? { log: [] });
    case 'create_network':
    case 'create_volume':
    case 'unpause_container':
    case 'stop_container':
    case 'join_network':
    case 'remove_container':
    case 'remove_network':
    case 'remove_volume':
    case 'remove_folder':
      return record;
  }
}

function created(record: DeploymentRecord, spec: InstanceSpec, container: string | null): DeploymentRecord {
  const applied = container === null ? null : { container, asked: spec.settings, shown: null };
  return withHistory(record, spec, { ...emptyHistory(spec), applied });
}

function changed(
  record: DeploymentRecord,
  { spec, container }: StepOf<'update_container'>,
): DeploymentRecord {
  const applied = { container, asked: spec.settings, shown: null };
  return withHistory(record, spec, { ...historyOf(record, spec), applied });
}

/** A run of ours begins: what exits from now on exits by itself. */
function started(
  record: DeploymentRecord,
  { spec, container }: StepOf<'start_container' | 'restart_container'>,
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
  if (outcome.ok || blameOf(step) !== 'deployment') return null;
  return { ...told(outcome), path: pathOf(step) };
}

function told({ code, message, hint }: StepFailure): Omit<StepFailure, 'ok'> {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** The culprit's last words go into the reason, and with them the condemned attempt has all it waited for. */
function withWords(record: DeploymentRecord, instance: Instance, words: LastWords): DeploymentRecord {
  const noted = noteLastWords(record, instance, words);
  const { attempt } = noted;
  if (attempt?.verdict == null || attempt.stage !== 'condemned') return noted;
  const reason = withLog(attempt.verdict.reason, words.log);
  return { ...noted, attempt: { ...attempt, verdict: { reason, service: null, container: null } } };
}

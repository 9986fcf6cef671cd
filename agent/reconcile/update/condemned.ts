// Stage `condemned`: the culprit's last words are read, then the content is barred and the old revision runs.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { ServiceView } from '../../model/decision.ts';
import type { Facts } from '../../model/facts.ts';
import { MAX_RESUMES } from '../../model/phases.ts';
import type { Reason } from '../../model/reason.ts';
import type { Attempt } from '../../model/record.ts';
import { refTo } from '../../model/steps.ts';
import type { Desired, Updating } from './attempt.ts';
import { lasts, over, type Progress } from './progress.ts';
import type { Culprit } from './proof.ts';
import { type Failed, rollBack } from './rollback.ts';

/** The revision on trial, with its services as they are now. */
interface Trial {
  readonly desired: Desired;
  readonly services: readonly ServiceView[];
}

/** The verdict is stored first; the logs of the culprit are read before its container goes. */
export function condemn(record: Updating, { view, reason }: Culprit): Updating {
  const service = view?.spec.name ?? null;
  const container = view?.container?.id ?? null;
  return {
    ...record,
    attempt: { ...record.attempt, stage: 'condemned', verdict: { reason, service, container } },
  };
}

/** Over once they are read, and there is a revision to go back to. */
export function readLogs(facts: Facts, record: Updating, trial: Trial): Progress<Failed> {
  const { verdict, resumes } = record.attempt;
  const { container } = verdict ?? NO_VERDICT;
  const last = facts.observed.containers.find(({ id }) => id === container);
  // Where it is the reading that ends the agent, it would for ever.
  const isInVain = resumes > MAX_RESUMES;
  if (last === undefined || isInVain) return giveUp(facts, record, trial);
  return lasts({
    record,
    steps: [{ kind: 'read_last_logs', ...refTo(last) }],
    wants: [],
    wakeInMs: 0,
    services: trial.services,
  });
}

const NOT_PROVEN: Reason = { code: 'unproven', message: 'not proven' };
const NO_VERDICT = { service: null, container: null, reason: NOT_PROVEN };

/** With a revision to go back to, the content is barred; without one there is nothing better than to go on trying. */
function giveUp(facts: Facts, record: Updating, { desired, services }: Trial): Progress<Failed> {
  const { proven } = facts;
  const { reason } = record.attempt.verdict ?? NO_VERDICT;
  if (proven !== null && desired.document.update.onFailure === 'rollback')
    return over(rollBack(facts, record, { proven, reason }));
  const unproven: Attempt = {
    ...record.attempt,
    stage: 'unproven',
    verdict: { reason, service: null, container: null },
  };
  return lasts({
    record: { ...record, attempt: unproven, phase: 'failed', reason },
    steps: [],
    wants: [],
    wakeInMs: 0,
    services,
  });
}

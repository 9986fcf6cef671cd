// Stage `condemned`: the culprit's last words are read, then the content is barred and the old revision runs.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import { MAX_RESUMES } from '../../model/phases.ts';
import type { Reason } from '../../model/reason.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import type { Decision, Revision, Situation } from '../../model/situation.ts';
import { withoutRepeats } from '../running/repeats.ts';
import { viewServices } from '../running/services.ts';
import { bar, barOf } from './barred.ts';
import type { Culprit } from './proof.ts';
import { stayRolledBack } from './rollback.ts';

type Desired = Revision<DesiredPresent>;

interface Condemned extends Culprit {
  readonly desired: Desired;
  readonly attempt: Attempt;
}

/** The verdict is stored first; the logs of the culprit are read before its container goes. */
export function condemn(situation: Situation, { desired, attempt, view, reason }: Condemned): Decision {
  const service = view?.spec.name ?? null;
  const container = view?.container?.id ?? null;
  const condemned: Attempt = { ...attempt, stage: 'condemned', verdict: { reason, service, container } };
  const record: DeploymentRecord = { ...situation.record, attempt: condemned };
  return readLogs({ ...situation, record }, desired, condemned);
}

export function readLogs(situation: Situation, desired: Desired, attempt: Attempt): Decision {
  const { service, container, reason } = attempt.verdict ?? NO_VERDICT;
  const isThere = situation.observed.containers.some((other) => other.id === container);
  // Where it is the reading that ends the agent, it would for ever.
  const isInVain = !isThere || attempt.resumes > MAX_RESUMES;
  if (service === null || container === null || isInVain)
    return giveUp(situation, desired, { attempt, reason });
  return {
    record: situation.record,
    steps: [{ kind: 'read_last_logs', service, container }],
    wants: [],
    wakeInMs: 0,
    services: viewServices(situation, desired),
  };
}

const NOT_PROVEN: Reason = { code: 'unproven', message: 'not proven' };
const NO_VERDICT = { service: null, container: null, reason: NOT_PROVEN };

/** With a revision to go back to, the content is barred; without one there is nothing better than to go on trying. */
function giveUp(
  situation: Situation,
  desired: Desired,
  { attempt, reason }: { attempt: Attempt; reason: Reason },
): Decision {
  const { proven, record } = situation;
  if (proven !== null && desired.document.update.onFailure === 'rollback') {
    // What the failed revision did is told in the reason, and not held against the one that runs again.
    const calm = { ...withoutRepeats(record), attempt: null, services: {}, blocked: null };
    const barred = bar(calm, { ...desired, reason }, situation);
    const told = barOf(barred, desired.content)?.reason ?? reason;
    return stayRolledBack({ ...situation, record: barred }, proven, told);
  }
  const unproven: Attempt = {
    ...attempt,
    stage: 'unproven',
    verdict: { reason, service: null, container: null },
  };
  return {
    record: { ...record, attempt: unproven, phase: 'failed', reason },
    steps: [],
    wants: [],
    wakeInMs: 0,
    services: viewServices(situation, desired),
  };
}

// After a failed update: the previous revision runs again from its kept containers, with no pull and no network.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { Phase } from '../../../protocol/reports/status.ts';
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Reason } from '../../model/reason.ts';
import type { Decision, Revision, Situation } from '../../model/situation.ts';
import { keepRunning, type Steady } from '../running/steady.ts';

/** Keeps `proven` running in the place of the desired revision, whose content is barred for `reason`. */
export function stayRolledBack(
  situation: Situation,
  proven: Revision<DesiredPresent>,
  reason: Reason | null,
): Decision {
  const steady = keepRunning(situation, proven);
  const told = rolledBackPhase(steady, { situation, proven, reason });
  return { ...steady, record: { ...steady.record, ...told, attempt: null } };
}

interface Failed {
  readonly situation: Situation;
  readonly proven: Revision;
  readonly reason: Reason | null;
}

/** `rolled_back` is said once the previous revision really does its work again, and not before. */
function rolledBackPhase(
  { trouble, isAllGood }: Steady,
  { situation, proven, reason }: Failed,
): { phase: Phase; reason: Reason | null } {
  if (trouble !== null) {
    const { desired } = situation;
    const message = `revision ${desired.revision} failed, and so does revision ${proven.revision} after it: ${trouble.message}`;
    return { phase: 'failed', reason: { ...trouble, code: 'inconsistent', message } };
  }
  const isDone = isAllGood || situation.record.phase === 'rolled_back';
  return { phase: isDone ? 'rolled_back' : 'switching', reason };
}

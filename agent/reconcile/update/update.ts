// An update from the revision that runs to the one that is desired. `PHASE_TABLE` in phases.ts has its stages.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Attempt } from '../../model/record.ts';
import type { Decision, Revision, Situation } from '../../model/situation.ts';
import { withoutRepeats } from '../running/repeats.ts';
import { plightOf, viewServices } from '../running/services.ts';
import { readLogs } from './condemned.ts';
import { pull } from './pulling.ts';
import { switchAndProve } from './switching.ts';

export function decideUpdate(situation: Situation, desired: Revision<DesiredPresent>): Decision {
  const { attempt } = situation.record;
  const isUnderWay = attempt?.hash === desired.hash;
  const current = isUnderWay ? attempt : beginAttempt(situation, desired);
  const record = isUnderWay ? situation.record : withoutRepeats(situation.record);
  const begun = { ...situation, record: { ...record, attempt: current } };
  switch (current.stage) {
    case 'pulling':
      return pull(begun, desired, current);
    case 'switching':
      // What was created stays, and nothing else has been done.
      if (situation.gate?.waitsFor === 'hold' && current.hasBegun !== true)
        return pull(begun, desired, { ...current, stage: 'pulling', pulledAtMs: null, clockFromMs: null });
      return switchAndProve(begun, desired, current);
    case 'proving':
    case 'unproven':
      return switchAndProve(begun, desired, current);
    case 'condemned':
      return readLogs(begun, desired, current);
  }
}

function beginAttempt(situation: Situation, desired: Revision<DesiredPresent>): Attempt {
  const { proven, record } = situation;
  const broken =
    proven === null
      ? []
      : viewServices(situation, proven)
          .filter((view) => plightOf(view, record) === 'failing')
          .map((view) => view.spec.name);
  return {
    hash: desired.hash,
    revision: desired.revision,
    stage: 'pulling',
    pulledAtMs: null,
    clockFromMs: null,
    resumes: 0,
    brokenBefore: broken,
    failures: {},
    verdict: null,
  };
}

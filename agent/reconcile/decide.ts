// The decision: from what is desired, observed and remembered to the next steps. Level-triggered: it looks
// at what is, never at how it came to be, so it may be asked at any moment, any number of times.

import type { Phase } from '../../protocol/reports/status.ts';
import type { DesiredPresent } from '../model/desired-deployment.ts';
import type { Reason } from '../model/reason.ts';
import type { BarredContent } from '../model/record.ts';
import type { Decision, Revision, Situation } from '../model/situation.ts';
import { decideRemoval } from './removal.ts';
import { isAsked, keepCompleted } from './running/completed.ts';
import { expectCreated } from './running/identity.ts';
import { forgetOutdated } from './running/outdated.ts';
import { holdRepeated } from './running/repeats.ts';
import { earliest } from './running/services.ts';
import { keepRunning, ownNetworks, steadyPhase } from './running/steady.ts';
import { barOf, liftsInMs } from './update/barred.ts';
import { stayRolledBack } from './update/rollback.ts';
import { decideUpdate } from './update/update.ts';

/**
 * | desired | what follows |
 * |---|---|
 * | absent | everything of the deployment is removed |
 * | inherit with nothing to inherit | what is proven is kept running: only what is asked by name is removed |
 * | the revision that is proven | it is kept running |
 * | one that this device takes no part in | what is proven is kept running |
 * | one whose content is barred | what is proven is kept running, told as `rolled_back`, until the bar lifts |
 * | any other | an update to it |
 */
export function decide(situation: Situation): Decision {
  const decision = holdRepeated(situation, decideWhole(situation));
  return expectCreated(withoutLeftovers(situation, decision));
}

function decideWhole(situation: Situation): Decision {
  const { desired, proven, record, takesPart } = situation;
  if (!takesPart) return sitOut(situation, notInRollout(desired));
  if (desired.document.state === 'inherit') return sitOut(situation, NOTHING_TO_INHERIT);
  if (desired.document.state === 'absent') return decideRemoval(situation);
  const present: Revision<DesiredPresent> = { ...desired, document: desired.document };
  if (proven?.hash === desired.hash) {
    const steady = keepRunning(situation, present);
    return { ...steady, record: { ...steady.record, ...steadyPhase(steady, record.phase), attempt: null } };
  }
  const barred = barOf(record, desired.content);
  if (proven === null || barred === null || isTriedAgain(situation, barred))
    return decideUpdate(situation, present);
  const back = stayRolledBack(situation, proven, barred.reason);
  return { ...back, wakeInMs: earliest(back.wakeInMs, liftsInMs(barred, situation.nowMs)) };
}

/** A try that is under way goes on, also where a restart of the agent makes the wait begin anew. */
function isTriedAgain({ record, desired, nowMs }: Situation, barred: BarredContent): boolean {
  return record.attempt?.hash === desired.hash || liftsInMs(barred, nowMs) === 0;
}

function notInRollout({ revision }: Revision): Reason {
  const message = `this device takes no part in the roll-out of revision ${revision} yet`;
  return { code: 'not_in_rollout', message };
}

const NOTHING_TO_INHERIT: Reason = {
  code: 'nothing_to_inherit',
  message: 'its own document has ended, and none of its groups has one: what runs is kept',
  hint: "to remove it, publish the device's own document with state absent",
};

/** Nothing is asked of this device: what is proven runs on, and what was never proven is left as it is. */
function sitOut(situation: Situation, reason: Reason): Decision {
  if (situation.proven === null) {
    const record = { ...situation.record, phase: restingPhase(situation), reason, attempt: null };
    return { record, steps: [], wants: [], wakeInMs: null, services: [] };
  }
  const steady = keepRunning(situation, situation.proven);
  const phase = steadyPhase(steady, situation.record.phase);
  const told = phase.phase === 'converged' ? reason : phase.reason;
  return { ...steady, record: { ...steady.record, ...phase, reason: told, attempt: null } };
}

/** Of a document that has ended nothing is waited for where nothing is here. */
function restingPhase(situation: Situation): Phase {
  const { desired, observed } = situation;
  const isNothingHere = observed.containers.length === 0 && ownNetworks(situation).length === 0;
  const isEnd = desired.document.state === 'inherit' && isNothingHere;
  return isEnd ? 'removed' : 'waiting';
}

/** Forgets services and parked containers that no longer exist, so that a record stays small. */
function withoutLeftovers(situation: Situation, decision: Decision): Decision {
  const { desired, proven, observed } = situation;
  const asked = [desired.document, proven?.document].flatMap((document) =>
    document?.state === 'present' ? document.services : [],
  );
  const named = new Set(asked.map(({ name }) => name));
  const services = Object.fromEntries(
    Object.entries(decision.record.services).filter(([name]) => named.has(name)),
  );
  const ids = new Set(observed.containers.map((container) => container.id));
  const parked = decision.record.parked.filter((id) => ids.has(id));
  const { outdated: _outdated, completed: _completed, ...rest } = decision.record;
  const completed = keepCompleted(
    decision.record,
    (done) => rest.phase !== 'removed' && asked.some((spec) => isAsked(done, spec)),
  );
  const outdated = forgetOutdated(decision.record, ids);
  return { ...decision, record: { ...rest, services, parked, ...outdated, ...completed } };
}

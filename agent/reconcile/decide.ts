// The decision: from what is desired, observed and remembered to the next steps. Level-triggered: it looks
// at what is, never at how it came to be, so it may be asked at any moment, any number of times.

import type { Phase } from '../../protocol/reports/status.ts';
import type { Decision } from '../model/decision.ts';
import type { DesiredPresent } from '../model/desired-deployment.ts';
import type { Facts } from '../model/facts.ts';
import { instancesOf, keyOf } from '../model/instance.ts';
import type { Reason } from '../model/reason.ts';
import type { DeploymentRecord } from '../model/record.ts';
import type { Revision } from '../model/revision.ts';
import { decideRemoval } from './removal.ts';
import { isAsked, keepCompleted } from './running/completed.ts';
import { expectCreated } from './running/identity.ts';
import { forgetOutdated } from './running/outdated.ts';
import { holdRepeated } from './running/repeats.ts';
import { keepRunning, settle } from './running/steady.ts';
import { ownNetworks } from './running/views.ts';
import { barOf, liftsInMs } from './update/barred.ts';
import { over } from './update/progress.ts';
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
export function decide(facts: Facts, record: DeploymentRecord): Decision {
  const course = decideCourse(facts, record);
  const held = holdRepeated(facts, course);
  const kept = forgetLeftovers(facts, held);
  return expectCreated(kept);
}

function decideCourse(facts: Facts, record: DeploymentRecord): Decision {
  const { desired, proven, takesPart, nowMs } = facts;
  if (!takesPart) return sitOut(facts, record, notInRollout(desired));
  if (desired.document.state === 'inherit') return sitOut(facts, record, NOTHING_TO_INHERIT);
  if (desired.document.state === 'absent') return decideRemoval(facts, record);
  const present: Revision<DesiredPresent> = { ...desired, document: desired.document };
  if (proven?.hash === desired.hash) return settle(keepRunning(facts, record, { revision: present }));
  const barred = barOf(record, desired.content);
  // A try that is under way goes on, also where a restart of the agent makes the wait begin anew.
  const isUnderWay = record.attempt?.hash === desired.hash;
  const isTried = proven === null || barred === null || isUnderWay || liftsInMs(barred, nowMs) === 0;
  const update = isTried
    ? decideUpdate(facts, record, present)
    : over({ record, proven, reason: barred.reason });
  return update.kind === 'lasts' ? update.decision : stayRolledBack(facts, update.next);
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
function sitOut(facts: Facts, record: DeploymentRecord, reason: Reason): Decision {
  const { proven } = facts;
  if (proven === null) {
    const resting = { ...record, phase: restingPhase(facts), reason, attempt: null };
    return { record: resting, steps: [], wants: [], wakeInMs: null, services: [] };
  }
  const settled = settle(keepRunning(facts, record, { revision: proven }));
  return settled.record.phase === 'converged'
    ? { ...settled, record: { ...settled.record, reason } }
    : settled;
}

/** Of a document that has ended nothing is waited for where nothing is here. */
function restingPhase({ desired, observed }: Facts): Phase {
  const isNothingHere = observed.containers.length === 0 && ownNetworks(observed).length === 0;
  const isEnd = desired.document.state === 'inherit' && isNothingHere;
  return isEnd ? 'removed' : 'waiting';
}

/** Forgets services and parked containers that no longer exist, so that a record stays small. */
function forgetLeftovers({ desired, proven, observed }: Facts, decision: Decision): Decision {
  const asked = [desired.document, proven?.document].flatMap((document) =>
    document?.state === 'present' ? instancesOf(document.services) : [],
  );
  const keys = new Set(asked.map(({ instance }) => keyOf(instance)));
  const services = Object.fromEntries(
    Object.entries(decision.record.services).filter(([key]) => keys.has(key)),
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

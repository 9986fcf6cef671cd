// The steady state: one revision is to run and stay running; whatever else is ours makes way for it.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import type { Phase } from '../../../protocol/reports/status.ts';
import type { Decision } from '../../model/decision.ts';
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Facts } from '../../model/facts.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import type { Revision } from '../../model/revision.ts';
import type { Step } from '../../model/steps.ts';
import { imagesToFetch } from './images.ts';
import { askLastWords, noteAsked } from './last-words.ts';
import { obstaclesIn } from './obstacles.ts';
import { clearAway, type Plan, parkStopped, planSteps, removeNetwork } from './plan.ts';
import { isUp } from './select-container.ts';
import { leaveShared, noteShared } from './shares.ts';
import { lastingTroubleOf, troubleOf } from './trouble.ts';
import { type RevisionView, viewRevision } from './views.ts';
import { wakeForServices } from './wake.ts';

export interface Steady extends Decision {
  /** The first service that does not do what was asked, or what it waits for, as a reason. */
  readonly trouble: Reason | null;
  /** Why what is left over does not go, or what is there otherwise than asked: no service is the worse for it. */
  readonly leftover: Reason | null;
  /** Whether every service is good right now, none merely starting. */
  readonly isAllGood: boolean;
}

interface Kept {
  readonly revision: Revision<DesiredPresent>;
  /** Which other containers stay as they are, such as those of the revision that an update is about to start. */
  readonly keeps?: (container: ObservedContainer) => boolean;
}

/** Keeps one revision running. All other containers of ours but those that it keeps are stopped, then removed. */
export function keepRunning(facts: Facts, before: DeploymentRecord, { revision, keeps }: Kept): Steady {
  const { record, view } = viewRevision(facts, before, revision);
  const surplus = view.surplus.filter((container) => keeps?.(container) !== true);
  const noted = noteShared(
    record,
    surplus.flatMap(({ networks }) => networks),
  );
  const cleanup = [
    ...clearAway(surplus.filter((container) => !isUp(container))),
    ...leaveNetworks(view, noted),
  ];
  const plan = planSteps(view, noted, { leaving: surplus.filter(isUp), cleanup, moment: facts });
  return judgeSteady(view, noted, { plan, nowMs: facts.nowMs });
}

/** Networks that nothing uses any more go once no container can still be in them. */
function leaveNetworks({ surplus, networks, unused }: RevisionView, record: DeploymentRecord): Step[] {
  if (surplus.length > 0) return [];
  return [...unused.map(removeNetwork), ...leaveShared(record, networks)];
}

interface Planned {
  readonly plan: Plan;
  readonly nowMs: number;
}

function judgeSteady(view: RevisionView, record: DeploymentRecord, { plan, nowMs }: Planned): Steady {
  const { services, differences } = view;
  const { obstacle, leftover } = obstaclesIn(plan, record);
  const failing = services.filter((service) => troubleOf(service) !== null);
  const [troubled] = failing;
  const steps = [...plan.needed, ...plan.cleanup, ...askLastWords(failing, plan.needed)];
  const intended = noteAsked(parkStopped(record, steps), steps);
  return {
    record: { ...intended, blocked: obstacle ?? leftover },
    steps,
    wants: imagesToFetch(services),
    wakeInMs: wakeForServices(view, record, nowMs),
    services,
    trouble: obstacle ?? (troubled === undefined ? null : lastingTroubleOf(troubled)),
    leftover: leftover ?? differences[0] ?? null,
    isAllGood: services.every((service) => service.plight === 'good'),
  };
}

/** The decision that keeps a revision running which has proven itself. */
export function settle(steady: Steady): Decision {
  return { ...steady, record: { ...steady.record, ...settledPhase(steady), attempt: null } };
}

/** A start of the agent alone makes nothing degraded, nor does what is left over of others. */
function settledPhase({ trouble, leftover, isAllGood, record }: Steady): {
  phase: Phase;
  reason: Reason | null;
} {
  if (trouble !== null) return { phase: 'degraded', reason: trouble };
  if (isAllGood || record.phase === 'converged') return { phase: 'converged', reason: leftover };
  return { phase: 'degraded', reason: { code: 'starting', message: 'a service is starting again' } };
}

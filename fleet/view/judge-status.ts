// What a device's status says about one revision. Pure: data in, data out.
import type { Deployment } from '../../protocol/deployment/deployment.ts';
import type { Phase, Reason, Status } from '../../protocol/reports/status.ts';
import { beats, followedSource } from './sources.ts';

/** The revision that is waited for, by its source, number and content. */
export interface Goal {
  readonly name: string;
  readonly source: string;
  readonly revision: number;
  readonly hash: string;
  readonly state: Deployment['state'];
}

/** What is known of the device itself. */
export interface Judged {
  readonly goal: Goal;
  readonly takesPart: boolean;
  readonly groups: readonly string[];
}

export type Verdict =
  | { readonly kind: 'pending' }
  | { readonly kind: 'reached'; readonly phase: Phase }
  /** It has taken the document, and keeps what it runs until its turn comes. */
  | { readonly kind: 'sits_out' }
  | {
      readonly kind: 'missed';
      readonly outcome: 'rolled_back' | 'failed' | 'refused' | 'superseded';
      readonly reason: Reason;
    };

const PENDING: Verdict = { kind: 'pending' };

/** Whether the device follows this very document. */
export function isOurs({ source, desired }: Status, goal: Goal): boolean {
  return source === goal.source && desired?.revision === goal.revision && desired.hash === goal.hash;
}

/**
 * Revisions of two sources are counted apart, so they are compared within the goal's source alone.
 *
 * | the status says | verdict |
 * |---|---|
 * | nothing yet | pending |
 * | this revision, and the device takes no part | sits out |
 * | this one: waiting, pulling, switching, proving, degraded | pending |
 * | this one: converged (removed, when removal was asked) | reached |
 * | this one: rolled_back, failed | missed |
 * | refused this revision | missed: refused |
 * | of the same source a newer revision, or this one with other content | missed: superseded |
 * | a source that beats the goal's | missed: superseded |
 * | an older revision, or a source that the goal's beats | pending |
 */
export function judgeStatus(status: Status | undefined, judged: Judged): Verdict {
  if (status === undefined) return PENDING;
  const { goal, takesPart } = judged;
  if (isOurs(status, goal)) return takesPart ? judgePhase(status, endsOf(goal)) : { kind: 'sits_out' };
  const { refused } = status;
  if (refused?.revision === goal.revision) {
    const { code, path, message } = refused;
    return { kind: 'missed', outcome: 'refused', reason: { code, path, message } };
  }
  return status.source === goal.source ? judgeOther(status, goal) : judgeOtherSource(status, judged);
}

/** The end of an override leaves what the device follows then: a group's document, or what it ran. */
function endsOf({ state }: Goal): readonly Phase[] {
  if (state === 'inherit') return ['converged', 'removed'];
  return [state === 'present' ? 'converged' : 'removed'];
}

function judgeOther({ desired, phase, source }: Status, goal: Goal): Verdict {
  if (desired === null)
    return phase === 'removed' && goal.state === 'absent' ? { kind: 'reached', phase } : PENDING;
  if (desired.revision < goal.revision) return PENDING;
  return desired.revision === goal.revision
    ? superseded(`it follows other content under revision ${desired.revision} of ${nameOf(source)}`)
    : superseded(`it follows revision ${desired.revision} of ${nameOf(source)} by now`);
}

function judgeOtherSource(status: Status, { goal, groups }: Judged): Verdict {
  const followed = followedSource(status);
  if (followed === null) return PENDING;
  // What was asked is that a group's document counts again.
  if (goal.state === 'inherit') return judgePhase(status, endsOf(goal));
  if (!beats(followed, goal.source, groups)) return PENDING;
  return superseded(`it follows revision ${status.desired?.revision ?? '?'} of ${nameOf(followed)} by now`);
}

function nameOf(source: string): string {
  return source === 'device' ? 'its own document' : source;
}

function superseded(message: string): Verdict {
  return { kind: 'missed', outcome: 'superseded', reason: { code: 'superseded', message } };
}

function judgePhase({ phase, reason }: Status, ends: readonly Phase[]): Verdict {
  switch (phase) {
    case 'converged':
    case 'removed':
      return ends.includes(phase) ? { kind: 'reached', phase } : PENDING;
    case 'rolled_back':
    case 'failed':
      return {
        kind: 'missed',
        outcome: phase,
        reason: reason ?? { code: phase, message: 'no reason is told' },
      };
    case 'waiting':
    case 'pulling':
    case 'switching':
    case 'proving':
    case 'degraded':
      return PENDING;
  }
}

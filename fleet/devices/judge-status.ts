// What a device's status says about one revision. Pure: data in, data out.
import type { Deployment } from '../../protocol/deployment.ts';
import type { Phase, Reason, Status } from '../../protocol/status.ts';

/** The revision that is waited for, by number and content. */
export interface Goal {
  readonly name: string;
  readonly revision: number;
  readonly hash: string;
  readonly state: Deployment['state'];
}

export type Verdict =
  | { readonly kind: 'pending' }
  | { readonly kind: 'reached'; readonly phase: Phase }
  | {
      readonly kind: 'missed';
      readonly outcome: 'rolled_back' | 'failed' | 'refused' | 'superseded';
      readonly reason: Reason;
    };

const PENDING: Verdict = { kind: 'pending' };

/**
 * | the status says | verdict |
 * |---|---|
 * | nothing yet, or an older revision | pending |
 * | refused this revision, after we began to look | missed: refused |
 * | a newer revision, or this one with other content | missed: superseded |
 * | this one: waiting, pulling, switching, proving, degraded | pending |
 * | this one: converged (removed, when removal was asked) | reached |
 * | this one: rolled_back, failed | missed |
 *
 * `oldRefusalAt` is the time of a refusal that stood before the document was published, which is not about it.
 */
export function judgeStatus(status: Status | undefined, goal: Goal, oldRefusalAt: string | null): Verdict {
  if (status === undefined) return PENDING;
  const { refused, desired, phase } = status;
  if (refused !== null && refused.revision === goal.revision && refused.at !== oldRefusalAt) {
    const { code, path, message } = refused;
    return { kind: 'missed', outcome: 'refused', reason: { code, path, message } };
  }
  if (desired === null)
    return phase === 'removed' && goal.state === 'absent' ? { kind: 'reached', phase } : PENDING;
  if (desired.revision < goal.revision) return PENDING;
  if (desired.revision > goal.revision || desired.hash !== goal.hash)
    return superseded(desired.revision, goal);
  return judgePhase(status, phase, goal);
}

function superseded(revision: number, goal: Goal): Verdict {
  const message =
    revision === goal.revision
      ? `it follows revision ${revision} with other content`
      : `it follows revision ${revision} by now`;
  return { kind: 'missed', outcome: 'superseded', reason: { code: 'superseded', message } };
}

function judgePhase(status: Status, phase: Phase, goal: Goal): Verdict {
  switch (phase) {
    case 'converged':
      return goal.state === 'present' ? { kind: 'reached', phase } : PENDING;
    case 'removed':
      return goal.state === 'absent' ? { kind: 'reached', phase } : PENDING;
    case 'rolled_back':
    case 'failed':
      return {
        kind: 'missed',
        outcome: phase,
        reason: status.reason ?? { code: phase, message: 'no reason is told' },
      };
    case 'waiting':
    case 'pulling':
    case 'switching':
    case 'proving':
    case 'degraded':
      return PENDING;
  }
}

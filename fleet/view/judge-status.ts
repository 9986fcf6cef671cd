// What a device's status says about one revision. Pure: data in, data out.
import type { Deployment } from '../../protocol/deployment/deployment.ts';
import type { Phase, Reason, Status } from '../../protocol/reports/status.ts';
import { beats, followedSource } from './sources.ts';

/** The revision that is waited for, by its source, number and content. */
export interface DesiredRevision {
  readonly name: string;
  readonly source: string;
  readonly revision: number;
  readonly hash: string;
  readonly state: Deployment['state'];
}

/** What a device is asked, and what is known of it. */
export interface Expected {
  readonly desired: DesiredRevision;
  readonly takesPart: boolean;
  readonly groups: readonly string[];
}

export type Judgement =
  | { readonly kind: 'pending' }
  | { readonly kind: 'reached'; readonly phase: Phase }
  /** It has taken the document, and keeps what it runs until its turn comes. */
  | { readonly kind: 'sits_out' }
  | {
      readonly kind: 'missed';
      readonly outcome: 'rolled_back' | 'failed' | 'refused' | 'superseded';
      readonly reason: Reason;
    };

const PENDING: Judgement = { kind: 'pending' };

/** Whether the device follows this very document. */
export function isOurs({ source, desired: followed }: Status, desired: DesiredRevision): boolean {
  return (
    source === desired.source && followed?.revision === desired.revision && followed.hash === desired.hash
  );
}

/**
 * Revisions of two sources are counted apart, so they are compared within the source of the desired one alone.
 *
 * | the status says | judgement |
 * |---|---|
 * | nothing yet | pending |
 * | this revision, and the device takes no part | sits out |
 * | this one: waiting, pulling, switching, proving, degraded | pending |
 * | this one: converged (removed, when removal was asked) | reached |
 * | this one: rolled_back, failed | missed |
 * | refused this revision | missed: refused |
 * | of the same source a newer revision, or this one with other content | missed: superseded |
 * | a source that beats that of the desired one | missed: superseded |
 * | an older revision, or a source that is beaten by that of the desired one | pending |
 */
export function judgeStatus(status: Status | undefined, expected: Expected): Judgement {
  if (status === undefined) return PENDING;
  const { desired, takesPart } = expected;
  if (isOurs(status, desired)) return takesPart ? judgePhase(status, endsOf(desired)) : { kind: 'sits_out' };
  const { refused } = status;
  if (refused?.revision === desired.revision) {
    const { code, path, message } = refused;
    return { kind: 'missed', outcome: 'refused', reason: { code, path, message } };
  }
  return status.source === desired.source ? judgeOther(status, desired) : judgeOtherSource(status, expected);
}

/** The end of an override leaves what the device follows then: a group's document, or what it ran. */
function endsOf({ state }: DesiredRevision): readonly Phase[] {
  if (state === 'inherit') return ['converged', 'removed'];
  return [state === 'present' ? 'converged' : 'removed'];
}

function judgeOther({ desired: followed, phase, source }: Status, desired: DesiredRevision): Judgement {
  if (followed === null)
    return phase === 'removed' && desired.state === 'absent' ? { kind: 'reached', phase } : PENDING;
  if (followed.revision < desired.revision) return PENDING;
  return followed.revision === desired.revision
    ? superseded(`it follows other content under revision ${followed.revision} of ${nameOf(source)}`)
    : superseded(`it follows revision ${followed.revision} of ${nameOf(source)} by now`);
}

function judgeOtherSource(status: Status, { desired, groups }: Expected): Judgement {
  const followed = followedSource(status);
  if (followed === null) return PENDING;
  // What was asked is that a group's document counts again.
  if (desired.state === 'inherit') return judgePhase(status, endsOf(desired));
  if (!beats(followed, desired.source, groups)) return PENDING;
  return superseded(`it follows revision ${status.desired?.revision ?? '?'} of ${nameOf(followed)} by now`);
}

function nameOf(source: string): string {
  return source === 'device' ? 'its own document' : source;
}

function superseded(message: string): Judgement {
  return { kind: 'missed', outcome: 'superseded', reason: { code: 'superseded', message } };
}

function judgePhase({ phase, reason }: Status, ends: readonly Phase[]): Judgement {
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

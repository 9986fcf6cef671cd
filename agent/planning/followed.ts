// Which document would count for a deployment, were this one accepted.
// Tested in test/agent/whole/plan.test.ts.
import { revisionOf } from '../model/document/revision.ts';
import type { Revision } from '../model/revision.ts';
import type { AcceptedRevision, Source } from '../ports/store.ts';
import { chooseDocument } from '../reconcile/choose-document.ts';

export interface Candidate {
  readonly source: Source;
  readonly hash: string;
}

export interface FollowedOptions {
  readonly accepted: readonly AcceptedRevision[];
  readonly groups: readonly string[];
  readonly readBody: (hash: string) => string | null;
}

export type Followed =
  | { readonly kind: 'followed'; readonly desired: Revision; readonly note: string | null }
  | { readonly kind: 'passed_over'; readonly reason: string };

export function findFollowed(
  candidate: Candidate,
  { accepted, groups, readBody }: FollowedOptions,
): Followed {
  const { source } = candidate;
  const read = (hash: string): Revision | null => {
    const body = readBody(hash);
    return body === null ? null : revisionOf(hash, body);
  };
  const others = accepted.filter((one) => one.source !== source);
  const inherits = ({ hash }: Candidate): boolean => read(hash)?.document.state === 'inherit';
  const chosen = chooseDocument<Candidate>([...others, candidate], groups, inherits);
  const desired = chosen === null ? null : read(chosen.hash);
  if (chosen === null || desired === null)
    return { kind: 'passed_over', reason: `this device is in no such group: ${source}` };
  const which = `revision ${desired.revision} of ${chosen.source}`;
  if (chosen === candidate) return { kind: 'followed', desired, note: null };
  if (inherits(candidate))
    return { kind: 'followed', desired, note: `the device's own document ends; ${which} counts then` };
  return { kind: 'passed_over', reason: `${which} counts on this device` };
}

// Judges one deployment message, purely: accept, refuse with a code and a path, or nothing to do.

import type { HashedDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { describeFaults, type Fault } from '../../../protocol/faults.ts';
import { MAX_RETAINED_BYTES, parseJsonPayload } from '../../../protocol/payload.ts';
import type { ReasonCode } from '../../../protocol/reports/reasons.ts';
import type { Refusal } from '../../../protocol/reports/status.ts';
import type { Source } from '../../ports/store.ts';

export interface NewRefusal extends Omit<Refusal, 'at'> {
  readonly code: ReasonCode;
}

export type Judgement =
  | { readonly kind: 'accepted'; readonly deployment: HashedDeployment; readonly body: string }
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly refusal: NewRefusal };

/** What its topic says of a document. */
export interface Addressed {
  readonly source: Source;
  readonly name: string;
}

export function judgeDocument(
  { source, name }: Addressed,
  payload: Uint8Array,
  accepted: { readonly revision: number; readonly hash: string } | undefined,
): Judgement {
  const json = parseJsonPayload(payload, MAX_RETAINED_BYTES);
  if (!json.ok) return refuse(null, json.code, { path: '', message: json.message });
  const revision = revisionIn(json.value);
  const parsed = parseDeployment(json.value);
  if (!parsed.ok)
    return refuse(revision, 'invalid', {
      path: parsed.faults[0]?.path ?? '',
      message: describeFaults(parsed.faults),
    });
  const { document, hash } = parsed.value;
  if (document.name !== name) {
    return refuse(revision, 'wrong_name', {
      path: 'name',
      message: `is "${document.name}", but the topic says "${name}"`,
    });
  }
  if (document.state === 'inherit' && source !== 'device') {
    return refuse(revision, 'invalid', {
      path: 'state',
      message: '"inherit" ends a document of a device alone, and this one is of a group',
    });
  }
  if (accepted === undefined || document.revision > accepted.revision) {
    return { kind: 'accepted', deployment: parsed.value, body: json.text };
  }
  if (document.revision < accepted.revision) {
    return refuse(revision, 'stale', {
      path: 'revision',
      message: `${document.revision} is older than ${accepted.revision}, which was accepted before`,
    });
  }
  if (hash === accepted.hash) return { kind: 'known' };
  return refuse(revision, 'conflict', {
    path: 'revision',
    message: `${document.revision} was accepted before with other content; raise the revision`,
  });
}

function refuse(revision: number | null, code: ReasonCode, fault: Fault): Judgement {
  return { kind: 'refused', refusal: { revision, code, ...fault } };
}

function revisionIn(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('revision' in value)) return null;
  return Number.isSafeInteger(value.revision) ? Number(value.revision) : null;
}

// Judges one document, purely: accept, refuse with a code and a path, or nothing to do.

import type { HashedDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { describeFaults, type Fault } from '../../protocol/faults.ts';
import { MAX_RETAINED_BYTES, parseJsonPayload } from '../../protocol/payload.ts';
import type { ReasonCode } from '../../protocol/reports/reasons.ts';
import type { Refusal } from '../../protocol/reports/status.ts';
import type { AcceptedRevision, Source } from '../ports/store.ts';

export interface NewRefusal extends Omit<Refusal, 'at'> {
  readonly code: ReasonCode;
}

export type Judgement =
  | { readonly kind: 'accepted'; readonly deployment: HashedDeployment; readonly body: string }
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly refusal: NewRefusal };

/** What its topic, or who applies it, says of a document. */
export interface Addressed {
  readonly source: Source;
  readonly name: string;
}

export function judgeDocument(
  { source, name }: Addressed,
  payload: Uint8Array,
  accepted: Pick<AcceptedRevision, 'revision' | 'hash' | 'origin'> | undefined,
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
      message: `${document.revision} is older than ${accepted.revision}, which was accepted before${whence(accepted)}`,
    });
  }
  if (hash === accepted.hash) return { kind: 'known' };
  return refuse(revision, 'conflict', {
    path: 'revision',
    message: `${document.revision} was accepted before${whence(accepted)} with other content; raise the revision`,
  });
}

function whence({ origin }: Pick<AcceptedRevision, 'origin'>): string {
  return origin === 'local' ? ' from a file on the device' : '';
}

function refuse(revision: number | null, code: ReasonCode, fault: Fault): Judgement {
  return { kind: 'refused', refusal: { revision, code, ...fault } };
}

/** The name in the payload, as far as it can be read. */
export function nameIn(payload: Uint8Array): string | null {
  const json = parseJsonPayload(payload, MAX_RETAINED_BYTES);
  const value = json.ok ? json.value : null;
  if (typeof value !== 'object' || value === null || !('name' in value)) return null;
  return typeof value.name === 'string' ? value.name : null;
}

/** The revision in the payload, as far as it can be read. */
export function revisionOf(payload: Uint8Array): number | null {
  const json = parseJsonPayload(payload, MAX_RETAINED_BYTES);
  return json.ok ? revisionIn(json.value) : null;
}

function revisionIn(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('revision' in value)) return null;
  return Number.isSafeInteger(value.revision) ? Number(value.revision) : null;
}

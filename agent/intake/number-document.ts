// A document with no revision, as a Compose file makes it, is given the next one of its topic. Pure.
import { isSameContent, withSalt } from '../../protocol/deployment/content.ts';
import { MAX_RETAINED_BYTES, parseJsonPayload } from '../../protocol/payload.ts';
import type { AcceptedDocument } from '../ports/store.ts';

export interface Numbering {
  /** The newest accepted document of the same source. */
  readonly accepted: Pick<AcceptedDocument, 'revision' | 'body'> | null;
  readonly now: Date;
}

/**
 * The payload as it is to be judged. One that says its revision, or is none that could be numbered, is left to the byte.
 * One that asks what was accepted last is that document.
 */
export function numberDocument(payload: Uint8Array, { accepted, now }: Numbering): Uint8Array {
  const json = parseJsonPayload(payload, MAX_RETAINED_BYTES);
  if (!json.ok || !isObject(json.value) || 'revision' in json.value) return payload;
  const content = json.value;
  const before = accepted === null ? null : contentOf(accepted.body);
  const revision = (accepted?.revision ?? 0) + 1;
  const salted = withSalt(content, before, `${String(content.name)}-${revision}`);
  if (accepted !== null && accepted.revision > 0 && before !== null && isSameContent(salted, before))
    return Buffer.from(accepted.body);
  return Buffer.from(JSON.stringify({ issued_at: now.toISOString(), ...salted, revision }));
}

function contentOf(body: string): Readonly<Record<string, unknown>> | null {
  const json = parseJsonPayload(Buffer.from(body), MAX_RETAINED_BYTES);
  return json.ok && isObject(json.value) ? json.value : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// A document as the bytes that are published, within what every large broker retains.

import { formatPath } from '../../protocol/faults.ts';
import { MAX_RETAINED_BYTES, WARN_RETAINED_BYTES } from '../../protocol/payload.ts';
import { formatBytes } from '../../protocol/values/byte-size.ts';
import { type Failed, failed } from './document-failure.ts';

export interface Payload {
  readonly text: string;
  readonly bytes: number;
  /** Said when the size comes near the limit. */
  readonly warning: string | null;
}

export type SerializeResult = { readonly ok: true; readonly payload: Payload } | Failed;

/** What people cut a document into: services, and the contents of files. */
const KINDS = ['services', 'configs', 'secrets'] as const;
const NAMED = 3;

const HINT = 'make several deployments of it, or put long texts into the image';

/** Fails where the document is too large to be retained everywhere. */
export function serialize(value: unknown): SerializeResult {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  const limit = formatBytes(MAX_RETAINED_BYTES);
  if (bytes > MAX_RETAINED_BYTES) {
    const message = `the document has ${formatBytes(bytes)}, and at most ${limit} can be published; the largest parts are ${largestParts(value)}`;
    return failed({ code: 'too_large', message, hint: HINT });
  }
  const warning =
    bytes > WARN_RETAINED_BYTES
      ? `the document has ${formatBytes(bytes)} of at most ${limit}; ${HINT}`
      : null;
  return { ok: true, payload: { text, bytes, warning } };
}

function largestParts(value: unknown): string {
  const document: Readonly<Record<string, unknown>> = Object(value);
  const parts = KINDS.flatMap((kind) =>
    Object.entries<unknown>(Object(document[kind])).map(([name, part]) => ({
      path: formatPath([kind, name]),
      bytes: Buffer.byteLength(JSON.stringify(part)),
    })),
  );
  return parts
    .toSorted((one, other) => other.bytes - one.bytes)
    .slice(0, NAMED)
    .map(({ path, bytes }) => `${path} (${formatBytes(bytes)})`)
    .join(', ');
}

// Canonical JSON (RFC 8785) and the content hash that names a document for ever.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** The canonical JSON text of a JSON value. Throws on what JSON cannot say (NaN, undefined at the top). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** `sha256:` and the hex SHA-256 of the value's canonical JSON. */
export function contentHash(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}

// JSON text that tells whether it is still what was written: a worn card changes bits, and some of what comes
// of that is JSON too.
import { crc32 } from 'node:zlib';
import { StoreDamaged } from './store-errors.ts';

const SUM_LENGTH = 8;

export function seal(value: unknown): string {
  const text = JSON.stringify(value);
  return sumOf(text) + text;
}

/** What `seal` was given, of the type it was given. Throws `StoreDamaged` when the text is not as it was written. */
export function unseal<T>(sealed: string): T {
  const text = sealed.slice(SUM_LENGTH);
  if (sumOf(text) !== sealed.slice(0, SUM_LENGTH)) throw new StoreDamaged('a row is not as it was written');
  const value: T = JSON.parse(text);
  return value;
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(SUM_LENGTH, '0');
}

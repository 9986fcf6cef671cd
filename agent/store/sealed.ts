// JSON text that tells whether it is still what was written: a worn card changes bits, and some of what comes
// of that is JSON too.
// Tested in test/agent/store/other-versions.test.ts.
import { crc32 } from 'node:zlib';
import { StoreDamaged } from './store-errors.ts';

const SUM_LENGTH = 8;

export function seal(value: unknown): string {
  const text = JSON.stringify(value);
  return sumOf(text) + text;
}

/** What `seal` was given, as JSON has it. Throws `StoreDamaged` when the text is not as it was written. */
export function unseal(sealed: string): unknown {
  const text = sealed.slice(SUM_LENGTH);
  if (sumOf(text) !== sealed.slice(0, SUM_LENGTH)) throw new StoreDamaged('a row is not as it was written');
  return JSON.parse(text);
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(SUM_LENGTH, '0');
}

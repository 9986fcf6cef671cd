// The version of both programs; `package.json` holds the one to change, a release build writes it in here.
import { readFileSync } from 'node:fs';

declare const HOLDFAST_VERSION: string | undefined;

/** Semantic version, e.g. `0.1.0`. */
export const VERSION = typeof HOLDFAST_VERSION === 'string' ? HOLDFAST_VERSION : readVersion();

function readVersion(): string {
  const file: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const isManifest = typeof file === 'object' && file !== null && 'version' in file;
  return isManifest ? String(file.version) : 'unknown';
}

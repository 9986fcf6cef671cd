// The version of `holdfastctl`, which is the project's.
import { readFileSync } from 'node:fs';

/** Semantic version, e.g. `0.1.0`. */
export const VERSION = readVersion();

function readVersion(): string {
  const file: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const isManifest = typeof file === 'object' && file !== null && 'version' in file;
  return isManifest ? String(file.version) : 'unknown';
}

// What all checks of a document share: where a fault lies, and how it is told.
import { parseByteSize } from './byte-size.ts';
import { parseDurationMs } from './duration.ts';

export type Path = readonly (string | number)[];
export type Report = (path: Path, message: string) => void;

export function durationAt(text: string, path: Path, report: Report): number | null {
  const ms = parseDurationMs(text);
  if (ms === null) report(path, 'at most 366 days, in at most 40 characters');
  return ms;
}

export function bytesAt(text: string, path: Path, report: Report): number | null {
  const bytes = parseByteSize(text);
  if (bytes === null) report(path, 'less than 2^53 bytes');
  return bytes;
}

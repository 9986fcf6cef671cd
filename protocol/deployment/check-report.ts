// What all checks of a document share: where a fault lies, how it is told, and whether a value is within its bounds.
// Tested in test/protocol/deployment/deployment-faults.test.ts.

import { boundOf } from '../values/bound.ts';
import { parseByteSize } from '../values/byte-size.ts';
import { parseDurationMs } from '../values/duration.ts';
import { type Bounds, DURATION_BOUNDS, type DurationKey, SIZE_BOUNDS, type SizeKey } from './bounds.ts';
import type { Service } from './service.ts';

export type Path = readonly (string | number)[];
export type Report = (path: Path, message: string) => void;

/** A service, and where it stands in the document. */
export interface Placed {
  readonly name: string;
  readonly service: Service;
  readonly at: Path;
}

/** What is written where `key` stands below `at`. */
export interface Written<Key extends string> {
  readonly text: string;
  readonly at: Path;
  readonly key: Key;
}

/** Milliseconds; `null`, and a fault, where it is not within its bounds. */
export function durationAt({ text, at, key }: Written<DurationKey>, report: Report): number | null {
  return within(text, DURATION_BOUNDS[key], {
    parse: parseDurationMs,
    report: (message) => report([...at, ...key.split('.')], message),
  });
}

/** Bytes; `null`, and a fault, where it is not within its bounds. */
export function bytesAt({ text, at, key }: Written<SizeKey>, report: Report): number | null {
  return within(text, SIZE_BOUNDS[key], {
    parse: parseByteSize,
    report: (message) => report([...at, ...key.split('.')], message),
  });
}

/** As both parsers have it. */
const MAX_LENGTH = 40;

/** A text that is none, as the schema has told by then, or past all that can be parsed, gives `null` too. */
function within(
  text: string,
  { least, most }: Bounds,
  { parse, report }: { parse: (text: string) => number | null; report: (message: string) => void },
): number | null {
  const value = parse(text);
  const isWithin = value !== null && value >= boundOf(least, parse) && value <= boundOf(most, parse);
  if (isWithin) return value;
  const isLong = text.length > MAX_LENGTH;
  report(
    isLong ? `expected at most ${MAX_LENGTH} characters` : `expected from ${least} to ${most}, got "${text}"`,
  );
  return null;
}

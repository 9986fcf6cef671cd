// From texts of a document to values. What has been accepted parses, but for what an older agent may have let pass.
// Tested in test/agent/model/document/revision.test.ts.
import { DURATION_BOUNDS, type DurationKey } from '../../../protocol/deployment/bounds.ts';
import { parseByteSize } from '../../../protocol/values/byte-size.ts';
import { DURATION_PATTERN, parseDurationMs } from '../../../protocol/values/duration.ts';

/** A text of a stored document is no value. Thrown within this room alone: `revisionOf` catches it. */
export class NoValue extends Error {
  constructor(what: string, text: string) {
    super(`no ${what}: ${text}`);
    this.name = 'NoValue';
  }
}

/** What `parse` makes of a text. Throws `NoValue`. */
export function parsedBy<T>(what: string, text: string, parse: (text: string) => T | null): T {
  const value = parse(text);
  if (value === null) throw new NoValue(what, text);
  return value;
}

/** `null` where nothing is written. Throws `NoValue`. */
export function bytesIn(text: string | undefined): number | null {
  return text === undefined ? null : parsedBy('size', text, parseByteSize);
}

/**
 * A duration that the agent itself waits for, brought within its bounds: an older agent took longer ones. Throws
 * `NoValue`.
 */
export function boundedMs(text: string, key: DurationKey): number {
  return parsed(boundedText(text, key));
}

/** The same as it is told. */
export function boundedText(text: string, key: DurationKey): string {
  const { least, most } = DURATION_BOUNDS[key];
  if (isTooLong(text)) return most;
  const ms = parsed(text);
  if (ms > parsed(most)) return most;
  return ms < parsed(least) ? least : text;
}

/**
 * A duration that the engine alone reads, which stays as it is: a change would make the container anew. One that is too
 * long for any engine says nothing, and never has. Throws `NoValue`.
 */
export function engineMs(text: string | undefined): number | null {
  return text === undefined || isTooLong(text) ? null : parsed(text);
}

function parsed(text: string): number {
  return parsedBy('duration', text, parseDurationMs);
}

function isTooLong(text: string): boolean {
  return DURATION_PATTERN.test(text) && parseDurationMs(text) === null;
}

/** A whole number that is written as a text. Throws `NoValue`. */
export function wholeNumber(text: string): number {
  return parsedBy('whole number', text, (written) => (/^\d{1,15}$/.test(written) ? Number(written) : null));
}

/** Throws `NoValue`. */
export function fileMode(text: string): number {
  return parsedBy('mode', text, (written) =>
    /^[0-7]{3,5}$/.test(written) ? Number.parseInt(written, 8) : null,
  );
}

/** Cores in billionths, as the engine counts them. Throws `NoValue`. */
export function nanoCpus(text: string): number {
  return parsedBy('number of cores', text, (written) =>
    /^\d+(\.\d+)?$/.test(written) ? Math.round(Number(written) * 1e9) : null,
  );
}

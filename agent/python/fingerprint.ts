// What tells one failure from another: the same for the same failure at another line, address, time or number.
import { createHash } from 'node:crypto';
import type { Frame } from './lines.ts';

export interface Failure {
  readonly type: string;
  readonly message: string;
  /** The outermost first. */
  readonly frames: readonly Frame[];
}

/** The innermost ones: of a deep traceback the top may be cut off. */
const MAX_FRAMES = 5;
const MAX_MESSAGE = 300;
const DIGITS = 12;

/** 12 hexadecimal digits. */
export function fingerprintOf({ type, message, frames }: Failure): string {
  const places = frames.map(
    ({ file, function: name }) => `${withoutNumbers(normalPath(file))} ${name ?? ''}`,
  );
  const distinct = places.filter((place, index) => place !== places[index - 1]);
  const parts = [type, ...distinct.slice(-MAX_FRAMES), normalMessage(message)];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, DIGITS);
}

function normalPath(file: string): string {
  return /^(?:\/var)?\/tmp\//.test(file) ? `tmp/${file.slice(file.lastIndexOf('/') + 1)}` : file;
}

const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/(?:\/var)?\/tmp\/[^\s'",:;)]{1,200}/g, 'PATH'],
  [/0x[0-9a-f]+/gi, 'ADDRESS'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, 'UUID'],
  [/\b(?=[a-f]{0,40}\d)[0-9a-f]{7,64}\b/gi, 'HEX'],
];

function normalMessage(message: string): string {
  const plain = VARIABLE.reduce(
    (text, [part, word]) => text.replace(part, word),
    message.slice(0, MAX_MESSAGE),
  );
  return withoutNumbers(plain);
}

function withoutNumbers(text: string): string {
  return text.replace(/[+-]?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?/gi, 'N');
}

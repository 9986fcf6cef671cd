// An answer that comes bit by bit, cut into messages that a broker takes.
// Tested in test/agent/doors/mqtt/command-intake.test.ts.
import { wellFormedJson } from '../../../protocol/values/text.ts';

/** With the rest of a reply it stays below what a payload may have. */
export const MAX_PART_BYTES = 110 * 1024;
/** Of one answer: enough for some thousand lines, and no more than a slow line carries in minutes. */
const MAX_PARTS = 10;

export interface LastPart {
  readonly index: number;
  readonly items: readonly unknown[];
  /** More came than is sent. */
  readonly isCut: boolean;
}

/**
 * Hands on each part but the last, one after the other, and returns the last one. `null` where a part was not taken: what
 * follows would be of no use.
 */
export async function sendParts(
  items: AsyncIterable<unknown>,
  send: (part: Omit<LastPart, 'isCut'>) => Promise<boolean>,
): Promise<LastPart | null> {
  let index = 0;
  let part: unknown[] = [];
  let bytes = 0;
  for await (const item of items) {
    const size = Buffer.byteLength(wellFormedJson(item)) + 1;
    if (size > MAX_PART_BYTES) return { index, items: part, isCut: true };
    if (bytes + size > MAX_PART_BYTES) {
      if (index + 1 === MAX_PARTS) return { index, items: part, isCut: true };
      if (!(await send({ index, items: part }))) return null;
      index += 1;
      [part, bytes] = [[], 0];
    }
    part.push(item);
    bytes += size;
  }
  return { index, items: part, isCut: false };
}

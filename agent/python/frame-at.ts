// A frame of a text, also one that was broken over several lines.
// Tested in test/agent/python/find-traceback.test.ts.
import { beginsFrame, type Frame, readFrame } from './lines.ts';
import type { PlacedLine } from './output.ts';

export interface FrameAt {
  readonly prefix: string;
  readonly value: Frame;
  /** Of how many lines it is made. */
  readonly count: number;
}

const MAX_PIECES = 4;
/** What may follow a line number: more of it, or the function. */
const REST = /^\d{0,9},? ?i?n? ?\S/;

export function frameAt(text: readonly PlacedLine[], index: number): FrameAt | null {
  let joined = text[index]?.text ?? '';
  if (!beginsFrame(joined)) return null;
  let found: FrameAt | null = null;
  for (let count = 1; count <= MAX_PIECES; count += 1) {
    const frame = readFrame(joined);
    if (frame !== null) found = { ...frame, count };
    if (frame !== null && frame.value.function !== null) return found;
    const next = text[index + count]?.text ?? '';
    if (next === '' || next.startsWith('  ') || (found !== null && !REST.test(next))) break;
    joined += next;
  }
  return found;
}

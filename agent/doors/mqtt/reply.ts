// From what an operation came to, to the words of a reply.
// Tested in test/agent/doors/mqtt/command-intake.test.ts.
import { describeFaults } from '../../../protocol/faults.ts';
import type { Reply } from '../../../protocol/operations/command.ts';
import { wellFormedJson } from '../../../protocol/values/text.ts';
import type { Invalid, Outcome } from '../../operations/offer.ts';
import { type LastPart, MAX_PART_BYTES } from './reply-parts.ts';

/** What a reply says, but for whose it is. */
export type CommandAnswer = Omit<Reply, 'schema' | 'id'>;

/** One that ended at once; a stream has to be read for its answer. */
export type Ended = Exclude<Outcome, { kind: 'stream' }> | Invalid;

export function commandAnswerOf(outcome: Ended): CommandAnswer {
  switch (outcome.kind) {
    case 'done':
      return withAnswer(outcome.answer);
    case 'accepted':
      return { status: 'accepted' };
    case 'invalid': {
      const faults = outcome.faults.map(({ path, message }) => ({ path: `args.${path}`, message }));
      return { status: 'refused', code: 'invalid', message: describeFaults(faults) };
    }
    case 'not_found':
    case 'refused':
    case 'failed': {
      const { code, message } = outcome;
      return { status: outcome.kind === 'failed' ? 'failed' : 'refused', code, message };
    }
  }
}

function withAnswer(answer: unknown): CommandAnswer {
  if (answer === null || answer === undefined) return { status: 'succeeded' };
  const bytes = Buffer.byteLength(wellFormedJson(answer));
  if (bytes <= MAX_PART_BYTES) return { status: 'succeeded', answer };
  const message = `done; the answer has ${bytes} bytes, more than a reply carries`;
  return { status: 'succeeded', code: 'answer_too_large', message };
}

/** `null`: a part before it did not reach the broker. */
export function lastPartAnswer(last: LastPart | null): CommandAnswer {
  if (last === null)
    return { status: 'failed', code: 'part_lost', message: 'the line broke between two parts; ask again' };
  const { index, items, isCut } = last;
  const mark = isCut
    ? { code: 'answer_cut', message: 'there is more than a reply carries; ask for less, with tail or since' }
    : {};
  return { status: 'succeeded', ...mark, answer: items, part: { index, is_last: true } };
}

/** What stays of a reply where its answer is lost before the broker has it. */
export function withoutAnswer({ answer, part, ...rest }: CommandAnswer): CommandAnswer {
  if (answer === undefined) return rest;
  return { ...rest, code: 'answer_lost', message: 'done; the answer was lost before it was told; ask again' };
}

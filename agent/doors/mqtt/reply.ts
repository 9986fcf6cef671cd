// From what an operation came to, to the words of a reply.
// Tested in test/agent/doors/mqtt/command-intake.test.ts.
import { describeFaults } from '../../../protocol/faults.ts';
import type { Reply } from '../../../protocol/operations/command.ts';
import type { Invalid, Outcome } from '../../operations/offer.ts';

/** What a reply says, but for whose it is. */
export type CommandAnswer = Omit<Reply, 'schema' | 'id'>;

/** A reply is one small message: it carries no answer's content, and no stream. */
export function commandAnswerOf(outcome: Outcome | Invalid): CommandAnswer {
  switch (outcome.kind) {
    case 'done':
      return { status: 'succeeded' };
    case 'accepted':
      return { status: 'accepted' };
    case 'stream':
      return {
        status: 'refused',
        code: 'unsupported',
        message: 'its answer is a stream, and a reply is one message',
      };
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

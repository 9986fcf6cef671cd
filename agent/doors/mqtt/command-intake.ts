// Commands over MQTT: each is noted, carried out at most once, and answered.
//
// where it stands            | on the disk    | after a crash
// received                   | nothing        | the broker sends it again, as after an end of the agent
// noted, and acknowledged    | its id         | answered `interrupted`; it is not carried out again
// answered                   | id and reply   | the reply is told, without its answer

import { Tasks } from '../../../lib/failures/tasks.ts';
import type { Logger } from '../../../lib/program/logger.ts';
import { REPLY_SCHEMA, type Reply } from '../../../protocol/operations/command.ts';
import type { HeldReplies } from '../../notices/held-replies.ts';
import type { Publisher } from '../../notices/notices.ts';
import type { Offer } from '../../operations/offer.ts';
import type { Commands } from '../../ports/store.ts';
import { type AskedOperation, readCommand } from './read-command.ts';
import { type CommandAnswer, commandAnswerOf, lastPartAnswer, withoutAnswer } from './reply.ts';
import { type LastPart, sendParts } from './reply-parts.ts';

/**
 * More at once are refused. Commands that finish at once count until the current read is done, so the limit is more than
 * one read can bring.
 */
const MAX_UNDER_WAY = 1000;

export interface CommandIntakeOptions {
  readonly store: Commands;
  readonly logger: Logger;
  /** What this agent carries out. Those that the broker may not ask for are not reached from here. */
  readonly offers: readonly Offer[];
  readonly notices: Publisher;
  /** Keeps replies with their answers until they are delivered. */
  readonly held: Pick<HeldReplies, 'hold'>;
  /** Publishes a part of an answer; `false` where the broker did not take it. */
  readonly publishPart: (reply: Reply) => Promise<boolean>;
  /** The store is broken: an answer cannot be kept. */
  readonly onFatal: (error: unknown) => void;
}

export class CommandIntake {
  readonly #options: CommandIntakeOptions;
  readonly #tasks: Tasks;
  readonly #ending = new AbortController();
  #underWay = 0;

  constructor(options: CommandIntakeOptions) {
    this.#options = options;
    this.#tasks = new Tasks(options.onFatal);
  }

  /** Answers what a crash left unanswered: whether it was carried out is not known, and it will not be again. */
  answerInterrupted(): void {
    for (const id of this.#options.store.unansweredCommands()) {
      this.#answer(id, {
        status: 'failed',
        code: 'interrupted',
        message: 'the agent was restarted while it carried this out',
      });
    }
  }

  /**
   * Takes a command in and begins with it; it is answered when it is done. Throws when the store does, and where the agent
   * is ending: what it began now would end with it, and the broker sends the command again.
   */
  receive(id: string, payload: Uint8Array): void {
    const { store, offers } = this.#options;
    if (this.#ending.signal.aborted)
      throw new Error('the agent is ending: the next start takes this command');
    if (!store.beginCommand(id)) return;
    const asked = readCommand(offers, id, payload);
    if ('status' in asked) this.#answer(id, asked);
    else if (this.#underWay >= MAX_UNDER_WAY) this.#answer(id, BUSY);
    else this.#tasks.run(this.#carryOut(id, asked));
  }

  /** Takes nothing more and ends what is under way. That stays unanswered, and the next start answers it. */
  close(): Promise<void> {
    this.#ending.abort();
    return this.#tasks.settled();
  }

  async #carryOut(id: string, { offer, args }: AskedOperation): Promise<void> {
    this.#underWay += 1;
    const { signal } = this.#ending;
    try {
      const outcome = await offer.ask(args, signal, 'fleet');
      if (outcome.kind !== 'stream') this.#answer(id, commandAnswerOf(outcome));
      else this.#answer(id, lastPartAnswer(await this.#sendParts(id, outcome.items)));
    } catch (error) {
      // Where it was ended it stays unanswered.
      if (!signal.aborted) this.#answerFault(id, error);
    } finally {
      this.#underWay -= 1;
    }
  }

  #sendParts(id: string, items: AsyncIterable<unknown>): Promise<LastPart | null> {
    return sendParts(items, (part) =>
      this.#options.publishPart({
        ...{ schema: REPLY_SCHEMA, id, status: 'accepted' },
        ...{ answer: part.items, part: { index: part.index, is_last: false } },
      }),
    );
  }

  #answerFault(id: string, error: unknown): void {
    this.#options.logger.error({ err: error, command: id }, 'command failed');
    const message = 'the agent failed to carry this out; its log says why';
    this.#answer(id, { status: 'failed', code: 'internal', message });
  }

  #answer(id: string, answer: CommandAnswer): void {
    const { logger, store, held, notices } = this.#options;
    const { answer: content, ...told } = answer;
    logger.info({ command: id, ...told }, 'command answered');
    const known = { schema: REPLY_SCHEMA, id } as const;
    if (content !== undefined) held.hold({ ...known, ...answer });
    store.answerCommand({ ...known, ...withoutAnswer(answer) });
    notices.publish({ kind: 'command_answered' });
  }
}

const BUSY: CommandAnswer = {
  status: 'refused',
  code: 'busy',
  message: `${MAX_UNDER_WAY} commands are under way; send it again later, with another id`,
};

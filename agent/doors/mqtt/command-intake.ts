// Commands: each is noted, carried out at most once, and answered.

import type { Logger } from '../../../lib/program/logger.ts';
import { describeFaults, parseWith } from '../../../protocol/faults.ts';
import {
  type Command,
  commandSchema,
  REPLY_SCHEMA,
  type Reply,
} from '../../../protocol/operations/command.ts';
import { MAX_PAYLOAD_BYTES, parseJsonPayload } from '../../../protocol/payload.ts';
import type { Commands } from '../../ports/store.ts';

/** What a verb's work came to. */
export type Answer = Omit<Reply, 'schema' | 'id'>;

/** Carries one verb out. Must not throw for anything that the arguments say. */
export type Verb = (args: Command['args']) => Answer;

export interface CommandIntakeOptions {
  readonly store: Commands;
  readonly logger: Logger;
  /** Verbs that this agent carries out. */
  readonly verbs: Readonly<Partial<Record<Command['verb'], Verb>>>;
  readonly onAnswered: () => void;
}

export class CommandIntake {
  readonly #options: CommandIntakeOptions;

  constructor(options: CommandIntakeOptions) {
    this.#options = options;
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

  receive(id: string, payload: Uint8Array): void {
    if (!this.#options.store.beginCommand(id)) return;
    this.#answer(id, this.#carryOut(id, payload));
  }

  #carryOut(id: string, payload: Uint8Array): Answer {
    const json = parseJsonPayload(payload, MAX_PAYLOAD_BYTES);
    if (!json.ok) return { status: 'refused', code: json.code, message: json.message };
    const parsed = parseWith(commandSchema, json.value);
    if (!parsed.ok) return { status: 'refused', code: 'invalid', message: describeFaults(parsed.faults) };
    const { verb, args, id: own } = parsed.value;
    if (own !== id)
      return { status: 'refused', code: 'wrong_id', message: `is "${own}", but the topic says "${id}"` };
    const carryOut = this.#options.verbs[verb];
    if (carryOut === undefined)
      return { status: 'refused', code: 'unsupported', message: `this agent does not carry out "${verb}"` };
    return carryOut(args);
  }

  #answer(id: string, answer: Answer): void {
    this.#options.logger.info({ command: id, ...answer }, 'command answered');
    this.#options.store.answerCommand({ schema: REPLY_SCHEMA, id, ...answer });
    this.#options.onAnswered();
  }
}

// The parts of one reply, put together in their order. A broker may give a part twice; none comes before its elder
// (QoS 1 on one topic keeps the order).
// Tested in test/fleet/ctl/commands/ask.test.ts.
import { parseWith } from '../../../protocol/faults.ts';
import { type Reply, replySchema } from '../../../protocol/operations/command.ts';
import { MAX_PAYLOAD_BYTES, parseJsonPayload } from '../../../protocol/payload.ts';

/** As many as an agent sends of one answer, and some more. */
const MAX_PARTS = 64;

export class GatheredReply {
  /** Resolves with the last part, whose answer is that of all parts. */
  readonly whole: Promise<Reply>;
  readonly #id: string;
  readonly #parts = new Map<number, readonly unknown[]>();
  readonly #resolve: (reply: Reply) => void;

  constructor(id: string) {
    this.#id = id;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.whole = promise;
    this.#resolve = resolve;
  }

  /** Takes a message on the reply's topic; what is no reply to the question is passed over. */
  accept(payload: Uint8Array): void {
    const json = parseJsonPayload(payload, MAX_PAYLOAD_BYTES);
    if (!json.ok) return;
    const parsed = parseWith(replySchema, json.value);
    if (!parsed.ok || parsed.value.id !== this.#id) return;
    const reply = parsed.value;
    const { part } = reply;
    if (part !== undefined && part.index < MAX_PARTS)
      this.#parts.set(part.index, Array.isArray(reply.answer) ? reply.answer : []);
    if (part === undefined) this.#resolve(reply);
    else if (part.is_last) this.#resolve(this.#joined(reply));
  }

  #joined(last: Reply): Reply {
    const parts = [...this.#parts].toSorted(([one], [other]) => one - other).map(([, items]) => items);
    const isWhole = last.part === undefined || this.#parts.size === last.part.index + 1;
    const mark = isWhole ? {} : { code: 'part_lost', message: 'a part of the answer did not arrive' };
    return { ...last, ...mark, answer: parts.flat() };
  }
}

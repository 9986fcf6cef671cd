// Replies with the answers in them, until they are delivered: in memory alone, as answers are large and can be asked for
// again. The store keeps of each what is told where this is lost.
import type { Reply } from '../../protocol/operations/command.ts';

const MAX_BYTES = 1024 * 1024;

interface Held {
  readonly reply: Reply;
  readonly bytes: number;
}

export class HeldReplies {
  readonly #held = new Map<string, Held>();
  #bytes = 0;

  /** Past 1 MiB the oldest are lost. */
  hold(reply: Reply): void {
    const bytes = Buffer.byteLength(JSON.stringify(reply));
    this.drop(reply.id);
    this.#held.set(reply.id, { reply, bytes });
    this.#bytes += bytes;
    for (const id of this.#held.keys()) {
      if (this.#bytes <= MAX_BYTES) return;
      this.drop(id);
    }
  }

  /** What to tell in place of what is stored, which it is where nothing is held. */
  inPlaceOf(stored: Reply): Reply {
    return this.#held.get(stored.id)?.reply ?? stored;
  }

  drop(id: string): void {
    this.#bytes -= this.#held.get(id)?.bytes ?? 0;
    this.#held.delete(id);
  }
}

// What was told of the documents that a broker keeps: they come again with every subscription, and are told once.
// Tested in test/agent/doors/mqtt/intake.test.ts.

/** Anybody who may publish can name a deployment. Past it the others are told each time. */
const MAX_REMEMBERED = 1000;

export class ToldRefusals {
  readonly #told = new Map<string, string>();

  /** Whether the same was told of this topic last. */
  isTold(topic: string, refusal: object): boolean {
    return this.#told.get(topic) === JSON.stringify(refusal);
  }

  note(topic: string, refusal: object): void {
    if (this.#told.has(topic) || this.#told.size < MAX_REMEMBERED)
      this.#told.set(topic, JSON.stringify(refusal));
  }

  /** The topic brought something else that is no refusal. */
  forget(topic: string): void {
    this.#told.delete(topic);
  }
}

// Whether the engine answers, and what it says of itself: learned again each time it comes back.
import { type Engine, type EngineFacts, EngineUnavailable } from '../ports/engine.ts';
import type { Logger } from '../ports/logger.ts';

export class EnginePresence {
  readonly #engine: Engine;
  readonly #logger: Logger;
  #facts: EngineFacts | null = null;
  #trouble: EngineUnavailable | null = null;
  #asking: Promise<void> | null = null;

  constructor(engine: Engine, logger: Logger) {
    this.#engine = engine;
    this.#logger = logger;
  }

  /** `null` while it cannot be reached. */
  get facts(): EngineFacts | null {
    return this.#facts;
  }

  get trouble(): EngineUnavailable | null {
    return this.#trouble;
  }

  /** Takes in how a call to the engine went; a change is logged once. */
  note(trouble: EngineUnavailable | null): void {
    if (trouble !== null && this.#trouble === null)
      this.#logger.warn({ err: trouble.message, hint: trouble.hint }, 'engine unreachable');
    if (trouble === null && this.#trouble !== null) this.#logger.info({}, 'engine answers again');
    this.#trouble = trouble;
    if (trouble !== null) this.#facts = null;
    else if (this.#facts === null) this.#asking ??= this.ask();
  }

  /** Asks the engine for its facts. Never rejects for an engine that is away. */
  async ask(): Promise<void> {
    try {
      this.#facts = await this.#engine.facts();
      this.#trouble = null;
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      this.#trouble = error;
    } finally {
      this.#asking = null;
    }
  }
}

// Whether the engine answers, and what it says of itself: learned again each time it comes back.
import type { Tasks } from '../../lib/failures/tasks.ts';
import type { Logger } from '../../lib/program/logger.ts';
import { type Engine, type EngineFacts, EngineUnavailable } from '../ports/engine.ts';

export interface EnginePresenceOptions {
  readonly logger: Logger;
  readonly tasks: Tasks;
  /** `facts` are there after an absence, or gone. */
  readonly onChange: () => void;
}

export class EnginePresence {
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #onChange: () => void;
  readonly #tasks: Tasks;
  #facts: EngineFacts | null = null;
  #trouble: EngineUnavailable | null = null;
  #isAsking = false;

  constructor(engine: Engine, { logger, tasks, onChange }: EnginePresenceOptions) {
    this.#engine = engine;
    this.#logger = logger;
    this.#tasks = tasks;
    this.#onChange = onChange;
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
    if (trouble === null && this.#facts === null) this.#askOnce();
    if (trouble === null || this.#facts === null) return;
    this.#facts = null;
    this.#onChange();
  }

  #askOnce(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#tasks.run(this.ask());
  }

  /** Asks the engine for its facts. Never rejects for an engine that is away. */
  async ask(): Promise<void> {
    try {
      this.#facts = await this.#engine.facts();
      this.#trouble = null;
      this.#onChange();
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      this.#trouble = error;
    } finally {
      this.#isAsking = false;
    }
  }
}

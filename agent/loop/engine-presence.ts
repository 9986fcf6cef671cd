// Whether the engine answers, and what it says of itself: learned again each time it comes back.
// Tested in test/agent/whole/engine-absence.test.ts.
import type { Tasks } from '../../lib/failures/tasks.ts';
import type { Logger } from '../../lib/program/logger.ts';
import type { EngineState } from '../notices/agent-state.ts';
import type { Watched } from '../notices/watched.ts';
import { type Engine, EngineUnavailable } from '../ports/engine.ts';

export interface EnginePresenceOptions {
  readonly logger: Logger;
  readonly tasks: Tasks;
  readonly state: Watched<EngineState>;
}

export class EnginePresence {
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #state: Watched<EngineState>;
  readonly #tasks: Tasks;
  #isAsking = false;

  constructor(engine: Engine, { logger, tasks, state }: EnginePresenceOptions) {
    this.#engine = engine;
    this.#logger = logger;
    this.#tasks = tasks;
    this.#state = state;
  }

  /** Takes in how a call to the engine went; a change is logged once. */
  note(trouble: EngineUnavailable | null): void {
    const before = this.#state.value;
    if (trouble !== null && before.trouble === null)
      this.#logger.warn({ err: trouble.message, hint: trouble.hint }, 'engine unreachable');
    if (trouble === null && before.trouble !== null) this.#logger.info({}, 'engine answers again');
    if (trouble === null && before.facts === null) this.#askOnce();
    if (trouble === before.trouble) return;
    this.#state.set({ facts: trouble === null ? before.facts : null, trouble });
  }

  #askOnce(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#tasks.run(this.ask());
  }

  /** Asks the engine for its facts. Never rejects for an engine that is away. */
  async ask(): Promise<void> {
    try {
      this.#state.set({ facts: await this.#engine.facts(), trouble: null });
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      this.#state.set({ ...this.#state.value, trouble: error });
    } finally {
      this.#isAsking = false;
    }
  }
}

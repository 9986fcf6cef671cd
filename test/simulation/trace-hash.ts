// The hash of a run's trace, by which two versions of the agent are compared.
import { createHash } from 'node:crypto';
import type { World } from '../fakes/world.ts';

/** A line begins with its time. */
const TIME = /^\S+/;

export class TraceHash {
  readonly #hash = createHash('sha256');
  readonly #world: World;
  #isLeftOut = false;
  /** When what was left out began: lines after it count as of then. */
  #heldTime: string | null = null;

  /** Of all that the world notes from now on. */
  constructor(world: World) {
    this.#world = world;
    world.onNote = (line) => this.#add(line);
  }

  #add(line: string): void {
    if (this.#isLeftOut) return;
    this.#hash.update(`${this.#heldTime === null ? line : line.replace(TIME, this.#heldTime)}\n`);
  }

  /**
   * What is noted meanwhile is no part of it, nor is the time that passes: what is tried out at the very end of a run can be
   * changed, and its hash stays.
   */
  async leaveOut(run: () => Promise<void>): Promise<void> {
    this.#heldTime = (this.#world.clock.monotonicMs() / 1000).toFixed(3);
    this.#isLeftOut = true;
    await run();
    this.#isLeftOut = false;
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

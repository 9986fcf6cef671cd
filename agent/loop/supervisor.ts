// Runs one loop per deployment, hands wake-ups on, and watches that none of them hangs.
// Tested in test/agent/whole/removed-deployments.test.ts.

import { Tasks } from '../../lib/failures/tasks.ts';
import { drawDelay, startBackOff } from '../../lib/time/back-off.ts';
import type { PauseAsked } from '../model/pause.ts';
import type { Pause } from '../model/record.ts';
import type { Notices } from '../notices/notices.ts';
import { EngineUnavailable } from '../ports/engine.ts';
import { DeploymentLoop, type LoopContext } from './deployment-loop.ts';

const WATCH_AGAIN = { baseMs: 500, capMs: 10_000 };
/** How long the end waits for steps under way; the service manager kills after 30 s. */
const CLOSE_GRACE_MS = 5000;

export interface SupervisorOptions extends LoopContext {
  readonly notices: Pick<Notices, 'subscribe'>;
  /** The store broke, or the engine's room did what nothing was prepared for. */
  readonly onFatal: (error: unknown) => void;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #loops = new Map<string, DeploymentLoop>();
  readonly #tasks: Tasks;
  readonly #abort = new AbortController();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#tasks = new Tasks(options.onFatal);
    options.notices.subscribe('look_due', ({ deployment }) => this.#loops.get(deployment)?.wake());
  }

  /**
   * Starts a loop for every deployment that is remembered, with no broker in reach. Removed ones get one too:
   * another group's document may count since the configuration changed. It ends at once where nothing is to do.
   */
  start(): void {
    for (const name of this.#options.store.deploymentNames()) this.#follow(name);
    this.#tasks.run(this.#watchEngine());
  }

  /** A document was accepted: wakes the loop of its deployment, or starts it. */
  follow(name: string): void {
    this.#follow(name);
    // A manager who publishes anew may have mended what made a pull fail.
    this.#options.puller.retryNow(name);
  }

  #follow(name: string): void {
    this.#loops.get(name)?.follow();
    // What is accepted while the agent ends is stored; the next one starts it.
    if (this.#loops.has(name) || this.#abort.signal.aborted) return;
    const loop = new DeploymentLoop(name, this.#options, () => this.#retire(name));
    this.#loops.set(name, loop);
    this.#tasks.run(loop.run());
  }

  #retire(name: string): void {
    const { store, reporter } = this.#options;
    this.#loops.delete(name);
    for (const forgotten of store.noteRemoved(name)) reporter.forget(forgotten);
  }

  /** Tries again what was barred or held back; `false` when there is no such deployment. */
  retry(name: string): boolean {
    const loop = this.#loops.get(name);
    loop?.retry();
    return loop !== undefined;
  }

  /** Restarts a service, or with `null` all; `false` when there is no such deployment. */
  restart(name: string, service: string | null): boolean {
    const loop = this.#loops.get(name);
    loop?.restart(service);
    return loop !== undefined;
  }

  /** The pause of a deployment, begun or not; `null` where there is none. */
  pauseOf(name: string): Pause | null {
    return this.#loops.get(name)?.pause ?? null;
  }

  /** Does nothing for a deployment for a while: see `DeploymentLoop`. `null` when there is no such deployment. */
  pause(name: string, asked: PauseAsked): Pause | null {
    return this.#loops.get(name)?.keepPaused(asked) ?? null;
  }

  /** Ends the pause of a deployment; `false` where there is none. */
  resume(name: string): boolean {
    return this.#loops.get(name)?.resume() ?? false;
  }

  /** Lets the update that it waits with begin, whatever its window says; `false` when there is no such deployment. */
  switchNow(name: string): boolean {
    const loop = this.#loops.get(name);
    loop?.switchNow();
    return loop !== undefined;
  }

  /** Whether every loop still turns. */
  isAlive(): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    return [...this.#loops.values()].every((loop) => !loop.isHanging(nowMs));
  }

  /** Ends the loops. A step that the engine never ends is left to it: every step is safe to run twice. */
  async close(): Promise<void> {
    this.#abort.abort();
    for (const loop of this.#loops.values()) loop.close();
    const ended = new AbortController();
    const allEnded = this.#tasks.settled().then(() => ended.abort());
    await Promise.race([allEnded, this.#options.clock.sleep(CLOSE_GRACE_MS, ended.signal)]);
  }

  async #watchEngine(): Promise<void> {
    const { engine, clock, random } = this.#options;
    const { signal } = this.#abort;
    let backOff = startBackOff(WATCH_AGAIN);
    while (!signal.aborted) {
      try {
        await engine.watch((deployment) => {
          backOff = startBackOff(WATCH_AGAIN);
          this.#loops.get(deployment)?.wake();
        }, signal);
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
      }
      const { delayMs, next } = drawDelay(backOff, random);
      backOff = next;
      await clock.sleep(delayMs, signal);
      // What happened while nobody watched is found by looking.
      for (const loop of this.#loops.values()) loop.wake();
    }
  }
}

// Somebody comes to the device, or a manager writes to it: it is to be left alone for a while, or not any more.
import { fork, pick } from '../../fakes/random.ts';
import type { World } from '../../fakes/world.ts';

/** All of them end within the first calm. */
const LENGTHS = ['1m', '10m', '1h', '6h'] as const;
const DARK_MS = 30_000;

/** Sends a command to the device. */
type Send = (verb: 'pause' | 'resume', args: object) => void;

export class PauseActs {
  /** A pause was answered, by its reason; or an end of one was asked for at the device, of one or of all (`null`). */
  readonly pauseListeners: ((deployment: string, reason: string) => void)[] = [];
  readonly resumeListeners: ((deployment: string | null) => void)[] = [];
  /** Containers of that deployment are about to be restarted, as somebody asked. */
  readonly restartListeners: ((deployment: string) => void)[] = [];
  readonly #world: World;
  readonly #send: Send;

  constructor(world: World, send: Send) {
    this.#world = world;
    this.#send = send;
  }

  /** `part` is the reason too: no two have the same. */
  pause(deployment: string, part: string): void {
    const random = fork(this.#world.seed, `${part}: how`);
    const whom = random() < 0.2 ? {} : { deployment };
    const args = { ...whom, for: pick(random, LENGTHS), reason: part };
    if (random() < 0.5) this.#send('pause', args);
    else this.#askForPause(args, () => undefined);
  }

  pauseAndGoDark(deployment: string, part: string): void {
    const random = fork(this.#world.seed, `${part}: how`);
    const args = { deployment, for: pick(random, LENGTHS), reason: part };
    this.#askForPause(args, () => this.#world.powerCut(DARK_MS));
  }

  resume(deployment: string, part: string): void {
    const random = fork(this.#world.seed, `${part}: how`);
    const whom = random() < 0.3 ? null : deployment;
    const args = whom === null ? {} : { deployment: whom };
    if (random() < 0.5) {
      this.#send('resume', args);
      return;
    }
    if (!this.#world.isAgentUp) return;
    for (const listen of this.resumeListeners) listen(whom);
    this.#ask(this.#world.agent.operations.resume.ask(args, NEVER), () => undefined);
  }

  restart(deployment: string): void {
    if (!this.#world.isAgentUp) return;
    for (const listen of this.restartListeners) listen(deployment);
    this.#ask(this.#world.agent.operations.restart.ask({ target: deployment }, NEVER), () => undefined);
  }

  #askForPause(args: { deployment?: string; for: string; reason: string }, then: () => void): void {
    if (!this.#world.isAgentUp) return;
    const life = this.#world.agent;
    this.#ask(life.operations.pause.ask(args, NEVER), (outcome) => {
      if (outcome.kind !== 'done' || !this.#world.isAgentUp || this.#world.agent !== life) return;
      for (const { deployment } of outcome.answer.paused)
        for (const listen of this.pauseListeners) listen(deployment, args.reason);
      then();
    });
  }

  /** What fails of a store that is broken ends the agent by itself. */
  #ask<T>(asked: Promise<T>, then: (outcome: T) => void): void {
    asked.then(then, () => this.#world.note('fleet: no answer'));
  }
}

const NEVER = new AbortController().signal;

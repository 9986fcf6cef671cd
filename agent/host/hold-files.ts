// Hold files: how a program on the device keeps a deployment from switching, and how it is told that it does. The program
// makes `hold/NAME`; the agent answers with `hold/NAME.held` once it has seen it and is not in the midst of a switch.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class HoldFiles {
  readonly #directory: string;

  constructor(dataDir: string) {
    this.#directory = join(dataDir, 'hold');
  }

  /**
   * Whether the program holds it. The answer is withdrawn before it is said that nobody does, and then the file is looked
   * for once more: so a program that finds an answer beside its file can rely on it, also where it has just made it anew.
   * An answer that cannot be withdrawn binds the agent.
   */
  isHeld(deployment: string): boolean {
    if (existsSync(this.#holdOf(deployment))) return true;
    return !this.withdraw(deployment) || existsSync(this.#holdOf(deployment));
  }

  /** Best effort: a program that finds no answer waits. */
  answer(deployment: string): void {
    if (existsSync(this.#answerOf(deployment))) return;
    try {
      writeFileSync(this.#answerOf(deployment), '');
    } catch {
      // A full disk, say: the next round tries again.
    }
  }

  /** Whether there is no answer any more. */
  withdraw(deployment: string): boolean {
    try {
      rmSync(this.#answerOf(deployment), { force: true });
      return true;
    } catch {
      return false;
    }
  }

  #holdOf(deployment: string): string {
    return join(this.#directory, deployment);
  }

  /** No deployment has a dot in its name. */
  #answerOf(deployment: string): string {
    return join(this.#directory, `${deployment}.held`);
  }
}

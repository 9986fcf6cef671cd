// What a technician sees who types a command at a device: on a terminal of 80 columns, and on a phone.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import { PINNED_NOW, type Places, pinText } from '../../docs/technician/pinned.ts';
import type { World } from '../support/world.ts';
import { type Replay, startReplay } from './replay.ts';

/** So old is by then what an agent that is gone has left behind: no run of the walk is a tenth of its smaller unit. */
const GONE_FOR_MS = 10 * 24 * 60 * 60_000;

export interface Seen {
  readonly exitCode: number;
  /** By the width of the screen. */
  readonly texts: Readonly<Record<80 | 40, string>>;
}

export class Laptop {
  readonly #world: World;
  readonly #places: Places;
  readonly #replay: Replay;

  private constructor(world: World, places: Places, replay: Replay) {
    this.#world = world;
    this.#places = places;
    this.#replay = replay;
  }

  static async at(world: World, places: Places): Promise<Laptop> {
    const sockets = { from: path.join(world.dir, 'replay.sock'), to: path.join(world.dir, 'api.sock') };
    const replay = await startReplay(sockets, places);
    world.defer(() => replay.stop());
    return new Laptop(world, places, replay);
  }

  /** With an agent that answers: one moment, on both screens. */
  async type(command: string): Promise<Seen> {
    this.#replay.forget();
    return this.#onBoth(command, path.join(this.#world.dir, 'replay.sock'), PINNED_NOW);
  }

  /** With none. */
  async typeWithoutAgent(command: string): Promise<Seen> {
    const { exitCode, texts } = await this.#onBoth(command, null, new Date(Date.now() + GONE_FOR_MS));
    const pin = (text: string): string => pinText(text, this.#places);
    return { exitCode, texts: { 80: pin(texts[80]), 40: pin(texts[40]) } };
  }

  async #onBoth(command: string, socketPath: string | null, now: Date): Promise<Seen> {
    const wide = await this.#run(command, { socketPath, now, columns: 80 });
    const narrow = await this.#run(command, { socketPath, now, columns: 40 });
    return { exitCode: wide.exitCode, texts: { 80: wide.text, 40: narrow.text } };
  }

  async #run(
    command: string,
    { socketPath, now, columns }: { socketPath: string | null; now: Date; columns: number },
  ) {
    let text = '';
    const screen = {
      write: (more: string): void => {
        text += more;
      },
      columns,
      hasColour: false,
    };
    // Of the screen before.
    rmSync(path.join(this.#world.dir, 'bundle.tar.gz'), { force: true });
    const [, ...args] = command.replaceAll('/root/', `${this.#world.dir}/`).split(' ');
    const exitCode = await runCommand(
      args,
      {
        environment: { socketPath, configPath: path.join(this.#world.dir, 'holdfast.toml') },
        ...{ out: screen, err: screen },
        now: () => now,
        signal: new AbortController().signal,
      },
      VERBS,
    );
    return { exitCode, text: `$ ${command}\n${text}` };
  }
}

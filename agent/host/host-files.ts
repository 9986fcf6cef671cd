// Small files below a root, so that tests can put a fixture tree where the machine's own is.
// Tested in test/agent/host/linux-host.test.ts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export class HostFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Trimmed content; `null` when there is none (a sensor may also answer with an error). */
  read(file: string): string | null {
    try {
      return readFileSync(path.join(this.#root, file), 'utf8').trim();
    } catch {
      return null;
    }
  }

  exists(file: string): boolean {
    return existsSync(path.join(this.#root, file));
  }

  /** Names in a folder, sorted; none when there is no such folder. */
  list(directory: string): string[] {
    try {
      return readdirSync(path.join(this.#root, directory)).sort();
    } catch {
      return [];
    }
  }
}

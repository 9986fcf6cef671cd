// The folders of deployments on the simulated device.
import { isWithinFolder, partsOf } from '../../../protocol/values/folder-path.ts';

export class MemoryFolders {
  /** What was made, by deployment and path, as `line/./data`. It outlives the engine and the power. */
  readonly made = new Set<string>();

  make(deployment: string, paths: readonly string[]): void {
    for (const path of paths) {
      const parts = partsOf(path);
      // With all that is on the way.
      for (let depth = 1; depth < parts.length; depth += 1)
        this.made.add(`${deployment}/./${parts.slice(0, depth).join('/')}`);
      this.made.add(`${deployment}/${path}`);
    }
  }

  find(deployment: string, paths: readonly string[]): Set<string> {
    return new Set(paths.filter((path) => this.#within(deployment, path).length > 0));
  }

  remove(deployment: string, path: string): void {
    for (const name of this.#within(deployment, path)) this.made.delete(name);
  }

  #within(deployment: string, path: string): string[] {
    const prefix = `${deployment}/`;
    return [...this.made].filter(
      (name) => name.startsWith(prefix) && isWithinFolder(name.slice(prefix.length), path),
    );
  }
}

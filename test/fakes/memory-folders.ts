// The folders of deployments on the simulated device.
import type { ServiceFolder } from '../../agent/model/service-folder.ts';
import type { StepFailure, StepOutcome } from '../../agent/model/steps.ts';
import type { Folders } from '../../agent/ports/folders.ts';
import type { FilesReady } from '../../agent/ports/service-files.ts';
import { isWithinFolder, partsOf } from '../../protocol/values/folder-path.ts';

export class MemoryFolders implements Folders {
  /** What was made, by deployment and path, as `line/./data`. It outlives the engine and the power. */
  readonly made = new Set<string>();
  /** What the host answers to each removal instead of carrying it out. */
  refusal: StepFailure | null = null;
  /** Called before each removal. */
  readonly removalListeners: ((deployment: string) => void)[] = [];

  make(deployment: string, folders: readonly ServiceFolder[], _user: string): Promise<FilesReady> {
    for (const { path } of folders) {
      const parts = partsOf(path);
      // With all that is on the way.
      for (let depth = 1; depth < parts.length; depth += 1)
        this.made.add(`${deployment}/./${parts.slice(0, depth).join('/')}`);
      this.made.add(`${deployment}/${path}`);
    }
    return Promise.resolve({ ok: true, mounts: [] });
  }

  find(deployment: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set(paths.filter((path) => this.#within(deployment, path).length > 0)));
  }

  remove(deployment: string, path: string): Promise<StepOutcome> {
    for (const listen of this.removalListeners) listen(deployment);
    if (this.refusal !== null) return Promise.resolve(this.refusal);
    for (const name of this.#within(deployment, path)) this.made.delete(name);
    return Promise.resolve({ ok: true });
  }

  #within(deployment: string, path: string): string[] {
    const prefix = `${deployment}/`;
    return [...this.made].filter(
      (name) => name.startsWith(prefix) && isWithinFolder(name.slice(prefix.length), path),
    );
  }
}

// The folders of deployments on the host, below the data directory.
import { partsOf } from '../../protocol/values/folder-path.ts';
import type { ServiceFolder } from '../model/service-folder.ts';
import type { StepOutcome } from '../model/steps.ts';
import type { Folders } from '../ports/folders.ts';
import type { FilesReady, HostMount } from '../ports/service-files.ts';
import { toFolderOutcome } from './file-error.ts';
import { makeFolder } from './make-folder.ts';
import { isThere, removeFolder, removeIfEmpty } from './remove-folder.ts';
import type { ServiceDirectories } from './service-directories.ts';
import { hostPathOf } from './walk-folder.ts';

/** A step that takes longer looks like a hang; what is left goes with the next try. */
const MAX_REMOVAL_MS = 60_000;

export class HostFolders implements Folders {
  readonly #root: string;
  readonly #maxRemovalMs: number;
  /** One after the other: services of a deployment are made side by side, and may share a directory. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ folders }: Pick<ServiceDirectories, 'folders'>, maxRemovalMs = MAX_REMOVAL_MS) {
    this.#root = folders;
    this.#maxRemovalMs = maxRemovalMs;
  }

  make(deployment: string, folders: readonly ServiceFolder[], user: string): Promise<FilesReady> {
    const making = this.#turn.then(() => this.#makeAll(deployment, folders, user));
    this.#turn = making.catch(() => undefined);
    return making;
  }

  async find(deployment: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const path of paths) if (await isThere({ root: this.#root, deployment, path })) found.add(path);
    return found;
  }

  async remove(deployment: string, path: string): Promise<StepOutcome> {
    const place = { root: this.#root, deployment, path };
    const endMs = performance.now() + this.#maxRemovalMs;
    try {
      const isGone = await removeFolder(place, () => performance.now() >= endMs);
      if (!isGone) return { ok: false, code: 'removal_pending', message: `"${path}" is large: it goes on` };
      await removeIfEmpty(place);
      return { ok: true };
    } catch (error) {
      return toFolderOutcome(error, `${hostPathOf(place)} cannot be removed`);
    }
  }

  async #makeAll(deployment: string, folders: readonly ServiceFolder[], user: string): Promise<FilesReady> {
    const mounts: HostMount[] = [];
    for (const folder of outermostFirst(folders)) {
      const place = { root: this.#root, deployment, path: folder.path };
      const source = hostPathOf(place);
      try {
        await makeFolder(place, folder, user);
      } catch (error) {
        return toFolderOutcome(error, `${source} cannot be made`);
      }
      const { target, isReadOnly, propagation } = folder;
      mounts.push({ source, target, isReadOnly, ...(propagation === null ? {} : { propagation }) });
    }
    return { ok: true, mounts };
  }
}

function outermostFirst(folders: readonly ServiceFolder[]): ServiceFolder[] {
  return folders.toSorted((one, other) => partsOf(one.path).length - partsOf(other.path).length);
}

// Configs, secrets and heartbeats of services as files of the host, for containers to have mounted.
import { rmSync } from 'node:fs';
import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeSystemError } from '../../lib/failures/system-error.ts';
import type { Logger } from '../../lib/program/logger.ts';
import type { InstanceSpec } from '../model/instance.ts';
import type { BeatReader, FilesOwner, FilesReady, HostMount, ServiceFiles } from '../ports/service-files.ts';
import { makeBeatFile, readBeatFile } from './beat-file.ts';
import { toFileOutcome } from './file-error.ts';
import { directoryOf, type Kind, type ServiceDirectories } from './service-directories.ts';
import { writeServiceFile } from './write-file.ts';

/** Nobody else on the device needs to look in; the engine mounts from inside as root. */
const PRIVATE = 0o700;

export class HostServiceFiles implements ServiceFiles {
  readonly #directories: ServiceDirectories;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #removeTree: (path: string) => void;
  /** What could not be removed, by path: it is tried again also when its deployment is gone. */
  readonly #leftovers = new Set<string>();

  constructor(
    directories: ServiceDirectories,
    logger: Pick<Logger, 'warn'>,
    removeTree: (path: string) => void = removeByDescent,
  ) {
    this.#directories = directories;
    this.#logger = logger;
    this.#removeTree = removeTree;
  }

  async prepare(deployment: string, spec: InstanceSpec): Promise<FilesReady> {
    const owner = { ...spec.instance, specHash: spec.hash };
    try {
      const files = await this.#writeFiles(deployment, owner, spec);
      const { probe } = spec.service;
      if (probe?.kind !== 'heartbeat') return { ok: true, mounts: files };
      const directory = await this.#makeDirectory('heartbeats', deployment, owner);
      return { ok: true, mounts: [...files, ...(await makeBeatFile(directory, probe))] };
    } catch (error) {
      return toFileOutcome(error);
    }
  }

  async collect(deployment: string, owners: readonly FilesOwner[]): Promise<void> {
    for (const leftover of [...this.#leftovers]) this.#remove(leftover);
    const kept = new Set(owners.map(directoryOf));
    for (const directory of this.#directories.ofDeployment(deployment))
      await this.#removeAllBut(directory, kept);
  }

  readonly readBeat: BeatReader = (deployment, owner, file) =>
    readBeatFile(join(this.#directories.of('heartbeats', deployment, owner), file));

  async #writeFiles(deployment: string, owner: FilesOwner, { files }: InstanceSpec): Promise<HostMount[]> {
    const mounts: HostMount[] = [];
    for (const [index, file] of files.entries()) {
      const directory = await this.#makeDirectory(file.kind, deployment, owner);
      // By number too: a service may have one source at two places, each with a mode of its own.
      const source = join(directory, `${index}-${file.source}`);
      await writeServiceFile(source, file);
      mounts.push({ source, target: file.target, isReadOnly: true });
    }
    return mounts;
  }

  async #makeDirectory(kind: Kind, deployment: string, owner: FilesOwner): Promise<string> {
    const directory = this.#directories.of(kind, deployment, owner);
    // Wanted again, whatever was in it.
    this.#leftovers.delete(directory);
    await mkdir(directory, { recursive: true, mode: PRIVATE });
    return directory;
  }

  /** `kept` are paths below `directory`, two levels deep. */
  async #removeAllBut(directory: string, kept: ReadonlySet<string>): Promise<void> {
    for (const service of await namesIn(directory)) {
      for (const spec of await namesIn(join(directory, service)))
        if (!kept.has(join(service, spec))) this.#remove(join(directory, service, spec));
      await rmdir(join(directory, service)).catch(() => undefined);
    }
    await rmdir(directory).catch(() => undefined);
  }

  #remove(path: string): void {
    try {
      this.#removeTree(path);
      this.#leftovers.delete(path);
    } catch (error) {
      if (this.#leftovers.has(path)) return;
      this.#leftovers.add(path);
      this.#logger.warn(
        { path, err: describeSystemError(error) },
        'files of a service cannot be removed yet',
      );
    }
  }
}

/** Unlike its promise, this one goes down by file descriptors: it removes also what is nested past any path's length. */
function removeByDescent(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** None where there is no such directory, as mostly there is not. */
async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

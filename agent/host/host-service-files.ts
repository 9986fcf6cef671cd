// Configs, secrets and heartbeats of services as files of the host, for containers to have mounted.
import { chmod, lstat, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BeatReader, FilesOwner, FilesReady, HostMount, ServiceFiles } from '../ports/service-files.ts';
import type { ServiceSpec } from '../reconcile/service-spec.ts';
import { toFileOutcome } from './file-error.ts';
import { type ServiceDirectories, shorten } from './service-directories.ts';
import { writeServiceFile } from './write-file.ts';

/** Nobody else on the device needs to look in; the engine mounts from inside as root. */
const PRIVATE = 0o700;
/** Whichever user a container runs as, it can touch its file. */
const OPEN_TO_ALL = 0o1777;

export class HostServiceFiles implements ServiceFiles {
  readonly #directories: ServiceDirectories;

  constructor(directories: ServiceDirectories) {
    this.#directories = directories;
  }

  async prepare(deployment: string, spec: ServiceSpec): Promise<FilesReady> {
    const owner = { service: spec.name, spec: spec.hash };
    try {
      const files = await this.#writeFiles(deployment, owner, spec);
      const target = spec.service.probe?.heartbeat?.target;
      if (target === undefined) return { ok: true, mounts: files };
      const source = this.#directories.of('heartbeats', deployment, owner);
      await mkdir(source, { recursive: true, mode: PRIVATE });
      await chmod(source, OPEN_TO_ALL);
      return { ok: true, mounts: [...files, { source, target, isReadOnly: false }] };
    } catch (error) {
      return toFileOutcome(error);
    }
  }

  async collect(deployment: string, owners: readonly FilesOwner[]): Promise<void> {
    const kept = new Set(owners.map(({ service, spec }) => join(service, shorten(spec))));
    for (const directory of this.#directories.ofDeployment(deployment)) await removeAllBut(directory, kept);
  }

  readonly readBeat: BeatReader = async (deployment, owner, file) => {
    const directory = this.#directories.of('heartbeats', deployment, owner);
    try {
      // Not followed: a link is the container's to make, and could lead anywhere on the host.
      const { mtimeNs } = await lstat(join(directory, file), { bigint: true });
      return String(mtimeNs);
    } catch {
      return null;
    }
  };

  async #writeFiles(deployment: string, owner: FilesOwner, { files }: ServiceSpec): Promise<HostMount[]> {
    const mounts: HostMount[] = [];
    for (const [index, file] of files.entries()) {
      const directory = this.#directories.of(file.kind, deployment, owner);
      await mkdir(directory, { recursive: true, mode: PRIVATE });
      // By number too: a service may have one source at two places, each with a mode of its own.
      const source = join(directory, `${index}-${file.source}`);
      await writeServiceFile(source, file);
      mounts.push({ source, target: file.target, isReadOnly: true });
    }
    return mounts;
  }
}

/** `kept` are paths below `directory`, two levels deep. What cannot be removed is tried again next time. */
async function removeAllBut(directory: string, kept: ReadonlySet<string>): Promise<void> {
  for (const service of await namesIn(directory)) {
    for (const spec of await namesIn(join(directory, service))) {
      if (kept.has(join(service, spec))) continue;
      await rm(join(directory, service, spec), { recursive: true, force: true }).catch(() => undefined);
    }
    await rmdir(join(directory, service)).catch(() => undefined);
  }
  await rmdir(directory).catch(() => undefined);
}

/** None where there is no such directory, as mostly there is not. */
async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

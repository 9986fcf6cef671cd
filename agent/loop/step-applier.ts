// Applies steps over two edges: what a container finds mounted is made on the host before the engine makes or starts it.
import type { InstanceSpec } from '../model/instance.ts';
import type { Step, StepOutcome } from '../model/steps.ts';
import type { Engine } from '../ports/engine.ts';
import type { Folders } from '../ports/folders.ts';
import type { FilesReady, ServiceFiles } from '../ports/service-files.ts';

export interface StepEdges {
  readonly engine: Engine;
  readonly files: ServiceFiles;
  readonly folders: Folders;
}

export class StepApplier {
  readonly #edges: StepEdges;

  constructor(edges: StepEdges) {
    this.#edges = edges;
  }

  /** Safe to repeat. Rejects as the engine does. */
  async apply(deployment: string, step: Step): Promise<StepOutcome> {
    const { engine, folders } = this.#edges;
    switch (step.kind) {
      case 'remove_folder':
        return folders.remove(deployment, step.folder);
      case 'create_container': {
        const ready = await this.#prepare(deployment, step.spec);
        return ready.ok ? engine.carryOut(deployment, { ...step, mounts: ready.mounts }) : ready;
      }
      case 'start_container':
      case 'restart_container': {
        // After a boot the files of a container that was there before are gone, and it could not start.
        const ready = await this.#prepare(deployment, step.spec);
        return ready.ok ? engine.carryOut(deployment, step) : ready;
      }
      default:
        return engine.carryOut(deployment, step);
    }
  }

  async #prepare(deployment: string, spec: InstanceSpec): Promise<FilesReady> {
    const { engine, files, folders } = this.#edges;
    const ready = await files.prepare(deployment, spec);
    const { folders: asked, user, image } = spec.service;
    if (!ready.ok || asked.length === 0) return ready;
    const runsAs = user === null ? await engine.imageUser(image.text) : { ok: true as const, user };
    if (!runsAs.ok) return runsAs;
    const made = await folders.make(deployment, asked, runsAs.user);
    return made.ok ? { ok: true, mounts: [...ready.mounts, ...made.mounts] } : made;
  }
}

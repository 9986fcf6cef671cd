// Applies steps over two edges: what a container finds mounted is made on the host before the engine makes or starts it.
import type { InstanceSpec } from '../model/instance.ts';
import type { Step, StepFailure, StepOutcome } from '../model/steps.ts';
import type { Creation, Engine } from '../ports/engine.ts';
import type { Folders } from '../ports/folders.ts';
import type { ServiceFiles } from '../ports/service-files.ts';

export interface StepEdges {
  readonly engine: Engine;
  readonly files: ServiceFiles;
  readonly folders: Folders;
}

/** The host is ready for a container, and what was seen of its image meanwhile. */
type Ready = Pick<Creation, 'mounts' | 'process'> & { readonly ok: true };

const NOT_LOOKED = { ok: true, process: null } as const;

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
        if (!ready.ok) return ready;
        return engine.carryOut(deployment, { ...step, mounts: ready.mounts, process: ready.process });
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

  async #prepare(deployment: string, spec: InstanceSpec): Promise<Ready | StepFailure> {
    const { engine, files, folders } = this.#edges;
    const ready = await files.prepare(deployment, spec);
    const { folders: asked, user, image } = spec.service;
    if (!ready.ok) return ready;
    if (asked.length === 0) return { ...ready, process: null };
    const look = user === null ? await engine.imageProcess(image.text) : NOT_LOOKED;
    if (!look.ok) return look;
    const { process } = look;
    // Where there is no such image the engine says so next.
    const made = await folders.make(deployment, asked, user ?? process?.User ?? '');
    return made.ok ? { ok: true, mounts: [...ready.mounts, ...made.mounts], process } : made;
  }
}

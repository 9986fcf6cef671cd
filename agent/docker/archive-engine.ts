// The engine as the command uses it that brings images from an archive.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Readable as Stream } from 'node:stream';
import type Docker from 'dockerode';
import type { ImageLook } from '../ports/engine.ts';
import { connectDocker } from './client.ts';
import { answerIn, unavailable } from './engine-error.ts';
import { parsePullLine } from './engine-lines.ts';
import { lookAtImage } from './image-look.ts';

/** An engine that says nothing for so long hangs. */
const CALL_TIMEOUT_MS = 30_000;

export type LoadOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Every method rejects with `EngineUnavailable` alone, and with what the archive fails with. */
export class ArchiveEngine {
  readonly #docker: Docker;
  /** A load is silent while layers are unpacked. */
  readonly #patient: Docker;

  constructor(socketPath: string) {
    this.#docker = connectDocker(socketPath, CALL_TIMEOUT_MS);
    this.#patient = connectDocker(socketPath);
  }

  /** Its CPU, as image indexes name it, and where it keeps images, as a path on its own machine. */
  async facts(): Promise<{ readonly architecture: string; readonly dataRoot: string }> {
    try {
      const [version, info] = await Promise.all([this.#docker.version(), this.#docker.info()]);
      return { architecture: version.Arch, dataRoot: info.DockerRootDir };
    } catch (error) {
      throw unavailable(error);
    }
  }

  look(reference: string): Promise<ImageLook> {
    return lookAtImage(this.#docker, reference);
  }

  /** Loads a `docker save` archive. One that ends in the middle is loaded not at all. */
  async load(archive: Readable, signal: AbortSignal): Promise<LoadOutcome> {
    let cut: unknown = null;
    archive.once('error', (error) => {
      cut = error;
    });
    try {
      const answer = await this.#patient.loadImage(archive, { quiet: true, abortSignal: signal });
      const message = await errorIn(Stream.from(answer));
      return message === null ? { ok: true } : { ok: false, message };
    } catch (error) {
      if (cut !== null) throw cut;
      const refusal = answerIn(error);
      if (refusal === null) throw unavailable(error);
      return { ok: false, message: refusal.message };
    } finally {
      archive.destroy();
    }
  }
}

/** The HTTP status is 200 either way. */
async function errorIn(answer: Readable): Promise<string | null> {
  let failure: string | null = null;
  for await (const line of createInterface({ input: answer }))
    if (line.trim() !== '') failure ??= parsePullLine(line).error ?? null;
  return failure;
}

// The Docker Engine behind the agent's `Engine` port: the only room that knows dockerode.
// Tested in test/integration/conformance/engine.test.ts.

import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { sharedName } from '../model/resources.ts';
import { graceOf } from '../model/step-table.ts';
import type { StepOutcome } from '../model/steps.ts';
import type {
  Engine,
  EngineFacts,
  EnginePullOptions,
  EngineStep,
  EngineView,
  ImageLook,
  ImageProcessLook,
  ImageRemoval,
  LogOptions,
  LogsOutcome,
} from '../ports/engine.ts';
import type { PullOutcome } from '../ports/supplier.ts';
import { carryOut } from './carry-out.ts';
import { connectDocker } from './client.ts';
import { createDigestReader } from './digest-reader.ts';
import { unavailable } from './engine-error.ts';
import { attributeIn } from './engine-lines.ts';
import { lookAtImage } from './image-look.ts';
import { inspectByReference } from './image-name.ts';
import { LABELS } from './labels.ts';
import { type LocalLayers, readLocalLayers } from './local-layers.ts';
import { openLogs } from './log-stream.ts';
import { type LimitsReader, observeDeployment, type Readers } from './observe.ts';
import { type CredentialsFor, pullImage } from './pull.ts';
import { tryLogin } from './registry-login.ts';
import { removeImage } from './remove-image.ts';
import { toOutcome } from './step-error.ts';
import { type Survey, surveyEngine, type UsedImage, usedImages } from './survey.ts';

/** An engine that says nothing for so long hangs; a stop may take its grace period on top. */
const CALL_TIMEOUT_MS = 60_000;
const WATCHED_EVENTS = [
  'create',
  'start',
  'die',
  'stop',
  'destroy',
  'oom',
  'pause',
  'unpause',
  'update',
  'health_status',
];

export interface DockerEngineOptions {
  readonly socketPath: string;
  readonly credentialsFor: CredentialsFor;
  readonly readLimits: LimitsReader;
  /** The host's directory with Python's start-up hook, which containers get; none by default. */
  readonly pythonHook?: string;
}

export class DockerEngine implements Engine {
  /** For calls that answer at once. */
  readonly #docker: Docker;
  /** For streams and stops, which may be silent for long. */
  readonly #patient: Docker;
  readonly #credentialsFor: CredentialsFor;
  readonly #readers: Readers;
  readonly #pythonHook: string | null;
  readonly #offered = new Set<string>();
  /** Shared networks that are being made, by key. */
  readonly #making = new Map<string, Promise<StepOutcome>>();

  constructor({ socketPath, credentialsFor, readLimits, pythonHook }: DockerEngineOptions) {
    this.#docker = connectDocker(socketPath, CALL_TIMEOUT_MS);
    this.#patient = connectDocker(socketPath);
    this.#credentialsFor = credentialsFor;
    this.#pythonHook = pythonHook ?? null;
    this.#readers = { digestOf: createDigestReader(this.#docker), readLimits };
  }

  async facts(): Promise<EngineFacts> {
    try {
      const [info, version] = await Promise.all([this.#docker.info(), this.#docker.version()]);
      const enforces = (['memory', 'cpus', 'pids'] as const).filter((limit) => enforcesLimit(info, limit));
      return {
        name: 'docker',
        version: version.Version,
        apiVersion: version.ApiVersion,
        storageDriver: info.Driver,
        cgroupVersion: info.CgroupVersion ?? '1',
        dataRoot: info.DockerRootDir,
        enforces,
      };
    } catch (error) {
      throw unavailable(error);
    }
  }

  observe(deployment: string): Promise<EngineView> {
    return observeDeployment(this.#docker, deployment, this.#readers);
  }

  inspectImage(reference: string): Promise<ImageLook> {
    return lookAtImage(this.#docker, reference);
  }

  pullImage(reference: string, options: EnginePullOptions): Promise<PullOutcome> {
    const credentialsFor = this.#credentialsFor;
    return pullImage(this.#patient, reference, { ...options, credentialsFor, offered: this.#offered });
  }

  async imagesInUse(): Promise<ReadonlySet<string>> {
    try {
      const containers = await this.#docker.listContainers({ all: true });
      return new Set(containers.map(({ ImageID }) => ImageID));
    } catch (error) {
      throw unavailable(error);
    }
  }

  removeImage(image: { readonly reference: string; readonly imageId: string }): Promise<ImageRemoval> {
    // A large image on a slow card takes long to delete.
    return removeImage(this.#patient, image);
  }

  async imageProcess(reference: string): Promise<ImageProcessLook> {
    try {
      const there = await inspectByReference(this.#docker, reference);
      return { ok: true, process: there?.info.Config ?? null };
    } catch (error) {
      return toOutcome(error);
    }
  }

  readLogs(container: string, options: LogOptions): Promise<LogsOutcome> {
    return openLogs({ docker: this.#docker, patient: this.#patient }, container, options);
  }

  /** What else there is on it. Rejects with `EngineUnavailable` alone. */
  survey(): Promise<Survey> {
    return surveyEngine(this.#docker);
  }

  /** Those of the agent's containers. Rejects with `EngineUnavailable` alone. */
  usedImages(): Promise<UsedImage[]> {
    return usedImages(this.#docker);
  }

  /** Why a registry of the configuration does not let the device in, else `null`. Rejects with `EngineUnavailable` alone. */
  async tryLogin(host: string, signal: AbortSignal): Promise<string | null> {
    const credentials = this.#credentialsFor(host);
    if (credentials === null) return 'its credentials cannot be read';
    return await tryLogin(this.#docker, host, { credentials, signal });
  }

  /** Of all its images. Rejects with `EngineUnavailable` alone. */
  localLayers(): Promise<LocalLayers> {
    return readLocalLayers(this.#docker);
  }

  carryOut(deployment: string, step: EngineStep): Promise<StepOutcome> {
    const docker = graceOf(step) === null ? this.#docker : this.#patient;
    const tools = { docker, pythonHook: this.#pythonHook };
    const act = (): Promise<StepOutcome> => carryOut(tools, deployment, step);
    const isOfMany = step.kind === 'create_network' && sharedName(step.network) !== null;
    return isOfMany ? this.#makeOnce(step.network, act) : act();
  }

  /** Asked for twice at the same moment, engines make two of one name, which nothing can join then. */
  #makeOnce(network: string, make: () => Promise<StepOutcome>): Promise<StepOutcome> {
    const making = this.#making.get(network) ?? make().finally(() => this.#making.delete(network));
    this.#making.set(network, making);
    return making;
  }

  async watch(onEvent: (deployment: string) => void, signal: AbortSignal): Promise<void> {
    try {
      const filters = { label: [LABELS.deployment], event: WATCHED_EVENTS };
      const options: Docker.GetEventsOptions & { abortSignal: AbortSignal } = {
        filters,
        abortSignal: signal,
      };
      const stream = await this.#patient.getEvents(options);
      for await (const line of createInterface({ input: Readable.from(stream) })) {
        onEvent(attributeIn(line, LABELS.deployment));
      }
    } catch (error) {
      if (!signal.aborted) throw unavailable(error);
    }
  }
}

function enforcesLimit(
  info: { MemoryLimit?: boolean; CpuCfsQuota?: boolean; PidsLimit?: boolean },
  limit: 'memory' | 'cpus' | 'pids',
): boolean {
  if (limit === 'memory') return info.MemoryLimit === true;
  return limit === 'cpus' ? info.CpuCfsQuota === true : info.PidsLimit === true;
}

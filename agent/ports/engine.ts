// What the agent wants of a container engine.
// Tested in test/agent/docker/engine-error.test.ts.
import type { Platform } from '../../protocol/values/platform.ts';
import type { Observed } from '../model/observed.ts';
import type { StepFailure, StepKind, StepOf, StepOutcome } from '../model/steps.ts';
import type { HostMount } from './service-files.ts';
import type { PullOptions, PullOutcome } from './supplier.ts';

/** The engine cannot be reached or does not answer. Every method may reject with it, and with nothing else. */
export class EngineUnavailable extends Error {
  readonly code = 'engine_unavailable';
  readonly hint: string;

  constructor(message: string, options: { cause: unknown; hint: string }) {
    super(message, { cause: options.cause });
    this.name = 'EngineUnavailable';
    this.hint = options.hint;
  }
}

export interface EngineFacts {
  readonly name: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly storageDriver: string;
  readonly cgroupVersion: string;
  /** Where it keeps images, as a path on the engine's own machine. */
  readonly dataRoot: string;
  /** Limits that the kernel enforces. */
  readonly enforces: readonly ('memory' | 'cpus' | 'pids')[];
}

export interface ImageFacts {
  readonly id: string;
  readonly platform: Platform;
}

/** What a look at an image shows. */
export type ImageLook =
  | ({ readonly kind: 'here' } & ImageFacts)
  | { readonly kind: 'missing' }
  /** The engine has something under this name and cannot read it, as after a crash: a pull may mend it. */
  | { readonly kind: 'unreadable'; readonly message: string }
  /** To this engine it is no reference of an image. */
  | { readonly kind: 'refused'; readonly message: string };

/** What a pull by the engine needs besides. */
export interface EnginePullOptions extends PullOptions {
  /** This device's own, as image indexes name it. */
  readonly architecture: string;
  /** Where another than the device's own is asked for. Only an image for it counts. */
  readonly platform: Platform | null;
}

/** What became of the removal of an image. */
export type ImageRemoval =
  /** `bytes` is the image's size, layers that others share included; `null` where only a name of it went. */
  | { readonly kind: 'removed'; readonly bytes: number | null }
  /** Nothing was left to remove, or another name keeps it. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'in_use' }
  | { readonly kind: 'failed'; readonly message: string };

/** What the engine shows of a deployment: its folder is the host's. */
export type EngineView = Omit<Observed, 'folders'>;

/** What an image starts and as whom, in the words of its configuration. */
export interface ImageProcess {
  /** Nothing or `''` for root. */
  readonly User?: string | undefined;
  readonly Entrypoint?: readonly string[] | string | null | undefined;
  readonly Cmd?: readonly string[] | string | null | undefined;
  /** `NAME=value` each. */
  readonly Env?: readonly string[] | null | undefined;
}

/** `null` where there is no such image. */
export type ImageProcessLook = { readonly ok: true; readonly process: ImageProcess | null } | StepFailure;

/** A step as the engine takes it: folders are the host's, and a container is made with what of the host it is to find. */
export type EngineStep = StepOf<Exclude<StepKind, 'remove_folder' | 'create_container'>> | Creation;

export type Creation = StepOf<'create_container'> & {
  readonly mounts: readonly HostMount[];
  /** Of its image, where that was looked at already. */
  readonly process: ImageProcess | null;
};

/** A line that a container wrote. */
export interface LogLine {
  /** With a terminal all is `stdout`. */
  readonly stream: 'stdout' | 'stderr';
  /** When it was written, ISO 8601; `null` where the engine does not say. */
  readonly at: string | null;
  /** With all that a program may write but its line break; at most 16 KiB of it. */
  readonly text: string;
}

export interface LogOptions {
  /** Goes on with what comes, until the container stops. */
  readonly follow: boolean;
  /** Only what is newer, and what is older, ISO 8601. */
  readonly since: string | null;
  readonly until: string | null;
  /** The newest so many at most, counted before `until` is looked at; `null`: all. */
  readonly tail: number | null;
  /** Ends it, which is no failure. */
  readonly signal: AbortSignal;
}

export type LogsOutcome =
  /** The oldest first; the engine may break off in the middle, which throws `EngineUnavailable`. */
  | { readonly kind: 'lines'; readonly lines: AsyncIterable<LogLine> }
  | { readonly kind: 'missing' }
  /** The engine does not give them, as with a logging driver that keeps none. */
  | { readonly kind: 'refused'; readonly message: string };

export interface Engine {
  facts(): Promise<EngineFacts>;
  /** Everything of one deployment, told by our labels. Changes nothing. */
  observe(deployment: string): Promise<EngineView>;
  inspectImage(reference: string): Promise<ImageLook>;
  pullImage(reference: string, options: EnginePullOptions): Promise<PullOutcome>;
  /** Ids of the images that any container of this engine was made from, ours or not, running or not. */
  imagesInUse(): Promise<ReadonlySet<string>>;
  /**
   * Takes the reference away from that image, and with its last name the image itself; never by force. A reference
   * that names another image by now is left alone: then the image goes only if it has no name any more.
   */
  removeImage(image: { readonly reference: string; readonly imageId: string }): Promise<ImageRemoval>;
  imageProcess(reference: string): Promise<ImageProcessLook>;
  /** What a container wrote, running or not. */
  readLogs(container: string, options: LogOptions): Promise<LogsOutcome>;
  /** Carries out one step. Safe to repeat: what is done already counts as done. */
  carryOut(deployment: string, step: EngineStep): Promise<StepOutcome>;
  /**
   * Calls back with the deployment that a container event concerns, until `signal` aborts or the stream
   * ends. Resolves then; what happened in between has to be looked for afresh.
   */
  watch(onEvent: (deployment: string) => void, signal: AbortSignal): Promise<void>;
}

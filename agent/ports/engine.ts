// What the agent wants of a container engine.
import type { Observed } from '../reconcile/observed.ts';
import type { Step, StepOutcome } from '../reconcile/steps.ts';

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
  /** Limits that the kernel enforces. */
  readonly enforces: readonly ('memory' | 'cpus' | 'pids')[];
}

export interface ImageFacts {
  readonly id: string;
  readonly architecture: string;
}

export interface PullOptions {
  /** As image indexes name it: only an image for it counts. */
  readonly architecture: string;
  readonly onProgress: (currentBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

export type PullOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: PullErrorCode;
      readonly message: string;
      readonly hint?: string;
      /** Whether it may well work soon: a network that is away, a full disk; not an image that is not there. */
      readonly isTransient: boolean;
    };

export type PullErrorCode =
  | 'image_not_found'
  | 'no_matching_platform'
  | 'registry_auth'
  | 'registry_unreachable'
  | 'registry_tls'
  | 'no_space'
  | 'pull_failed'
  | 'aborted';

export interface Engine {
  facts(): Promise<EngineFacts>;
  /** Everything of one deployment, told by our labels. */
  observe(deployment: string): Promise<Observed>;
  /** `null` when the image is not here. */
  inspectImage(reference: string): Promise<ImageFacts | null>;
  pullImage(reference: string, options: PullOptions): Promise<PullOutcome>;
  /** Carries out one step. Safe to repeat: what is done already counts as done. */
  carryOut(deployment: string, step: Step): Promise<StepOutcome>;
  /**
   * Calls back with the deployment that a container event concerns, until `signal` aborts or the stream
   * ends. Resolves then; what happened in between has to be looked for afresh.
   */
  watch(onEvent: (deployment: string) => void, signal: AbortSignal): Promise<void>;
}

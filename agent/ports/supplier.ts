// Where what is wanted comes from. The engine's own pull is the first supplier (agent/supply/engine-supplier.ts).
import type { ReasonCode, RetryClass } from '../../protocol/reports/reasons.ts';
import type { Want } from '../model/want.ts';

export interface Supplier {
  /**
   * Brings what is wanted to this device. What goes wrong is an outcome. Rejects with `EngineUnavailable` alone.
   * Ends promptly with `aborted` when `signal` aborts. Safe to repeat.
   */
  pull(want: Want, options: PullOptions): Promise<PullOutcome>;
}

export interface PullOptions {
  readonly onProgress: (progress: PullProgress) => void;
  readonly signal: AbortSignal;
}

/** Of the parts that are known so far: an engine tells of each layer when its download begins. */
export interface PullProgress {
  readonly currentBytes: number;
  readonly totalBytes: number;
  /** An estimate of what is still to be written to the disk that takes it. */
  readonly unwrittenBytes: number;
}

export type PullFailure = Extract<PullOutcome, { ok: false }>;

export type PullOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: PullErrorCode;
      readonly message: string;
      readonly hint?: string;
      /** How it is tried again, where that is not as for its code. */
      readonly retry?: RetryClass;
      /** How long the registry wants to be left alone, where it says so. */
      readonly retryAfterMs?: number;
    };

export type PullErrorCode = Extract<
  ReasonCode,
  | 'image_not_found'
  | 'no_matching_platform'
  | 'image_damaged'
  | 'image_unsupported'
  | 'refused_by_engine'
  | 'registry_auth'
  | 'registry_rate_limited'
  | 'registry_unreachable'
  | 'registry_tls'
  | 'no_space'
  | 'data_dir_read_only'
  | 'data_dir_io_error'
  | 'pull_failed'
  | 'aborted'
>;

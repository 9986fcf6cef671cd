// One pull of one image, from the look whether it is needed at all to the look whether it brought what was asked.
// Tested in test/agent/supply/image-puller.test.ts.

import { messageOf } from '../../lib/failures/system-error.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { formatPlatform, platformOf, servesPlatform } from '../../protocol/values/platform.ts';
import type { Want } from '../model/want.ts';
import { type Engine, EngineUnavailable, type ImageLook } from '../ports/engine.ts';
import type { PullFailure, PullOutcome, PullProgress, Supplier } from '../ports/supplier.ts';
import { findShortage, type ImageSpace } from './image-space.ts';

/** A pull that moves is never cut; one that has not for so long hangs. */
const STALL_MS = 2 * 60_000;
/** How often the disk is looked at: a small layer may unpack to a large one, and says nothing of it. */
const LOOK_MS = 1000;
/** How often its progress is told. */
const NEWS_INTERVAL_MS = 500;

const NO_PROGRESS: PullProgress = { currentBytes: 0, totalBytes: 0, unwrittenBytes: 0 };

const STALLED: PullFailure = {
  ok: false,
  code: 'pull_failed',
  message: `no byte came for ${STALL_MS / 60_000} minutes`,
  hint: 'check the link to the registry',
};

export interface ImagePullContext {
  /** Where an image is looked for: before a pull, and after it. */
  readonly engine: Pick<Engine, 'inspectImage'>;
  readonly supplier: Supplier;
  readonly clock: Clock;
  readonly architecture: string;
  readonly space: ImageSpace;
  /** Why a pull must not go on for want of room, with what is known of its size now; `null` when it may. */
  readonly findShortage: (pull: ImagePull) => PullFailure | null;
  /** It moved, and that is worth telling. */
  readonly onProgress: (pull: ImagePull) => void;
}

export class ImagePull {
  readonly want: Want;
  readonly #context: ImagePullContext;
  readonly #abort = new AbortController();
  #progress = NO_PROGRESS;
  #fetchedBytes = 0;
  #isGivenUp = false;
  /** When the supplier last said anything of it, and when anybody was last told. */
  #movedAtMs: number;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  /** Why the agent itself cut it. */
  #cutFor: PullFailure | null = null;

  constructor(want: Want, context: ImagePullContext) {
    this.want = want;
    this.#context = context;
    this.#movedAtMs = context.clock.monotonicMs();
  }

  get progress(): PullProgress {
    return this.#progress;
  }

  /** What came over the line, also what the engine threw away and fetched again. */
  get fetchedBytes(): number {
    return this.#fetchedBytes;
  }

  /** Never rejects: an engine that is away is a failure like any other, and so is a fault of the agent itself. */
  async run(): Promise<PullOutcome> {
    try {
      const pulling = this.#pullAndVerify().finally(() => this.#abort.abort());
      const [outcome] = await Promise.all([pulling, this.#watch()]);
      return outcome;
    } catch (error) {
      const isAway = error instanceof EngineUnavailable;
      const hint = isAway ? error.hint : 'a fault of the agent itself: please report it';
      const failure: PullFailure = { ok: false, code: 'pull_failed', message: messageOf(error), hint };
      return isAway ? failure : { ...failure, retry: 'seldom' };
    } finally {
      this.#abort.abort();
    }
  }

  /** Nobody wanted it any more. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  giveUp(): void {
    this.#isGivenUp = true;
    this.#abort.abort();
  }

  async #pullAndVerify(): Promise<PullOutcome> {
    const { supplier, architecture } = this.#context;
    const { platform, freshFor } = this.want;
    const before = await lookFor(this.want, this.#context);
    if (before.kind === 'refused') return refused(before.message);
    // Another deployment, or a person, may have brought it meanwhile: then no registry is asked.
    if (freshFor === null && before.kind === 'here') return { ok: true };
    const shortage = this.#context.findShortage(this);
    if (shortage !== null) return shortage;
    const onProgress = (progress: PullProgress): void => this.#noteProgress(progress);
    const { signal } = this.#abort;
    const outcome = await supplier.pull(this.want, { onProgress, signal });
    if (!outcome.ok) return this.#cutFor ?? outcome;
    const after = await lookFor(this.want, this.#context);
    if (after.kind === 'here') return outcome;
    if (after.kind === 'unreadable') return unreadable(after.message);
    const wanted = formatPlatform(platformOf(platform, architecture));
    const message = `${wanted} was asked for, and the registry gave another`;
    return { ok: false, code: 'no_matching_platform', message };
  }

  /** Cuts it when it stands still, and when the disk fills for whatever reason. */
  async #watch(): Promise<void> {
    const { clock, space } = this.#context;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const leftMs = this.#movedAtMs + STALL_MS - clock.monotonicMs();
      if (leftMs <= 0) return this.#cut(STALLED);
      const shortage = findShortage(space, 0);
      if (shortage !== null) return this.#cut(shortage);
      await clock.sleep(Math.min(LOOK_MS, leftMs), signal);
    }
  }

  #cut(reason: PullFailure): void {
    this.#cutFor ??= reason;
    this.#abort.abort();
  }

  #noteProgress(progress: PullProgress): void {
    const { clock, onProgress } = this.#context;
    const before = this.#progress;
    const nowMs = clock.monotonicMs();
    this.#movedAtMs = nowMs;
    this.#progress = progress;
    this.#fetchedBytes += Math.max(0, progress.currentBytes - before.currentBytes);
    // Another layer has begun, and with it its size is known.
    const shortage = progress.totalBytes > before.totalBytes ? this.#context.findShortage(this) : null;
    if (shortage !== null) this.#cut(shortage);
    const isFirst = before.totalBytes === 0 && progress.totalBytes > 0;
    const isLast = progress.currentBytes === progress.totalBytes;
    const isNews = isFirst || isLast || nowMs - this.#toldAtMs >= NEWS_INTERVAL_MS;
    if (!isNews || !hasMoved(before, progress)) return;
    this.#toldAtMs = nowMs;
    onProgress(this);
  }
}

function hasMoved(before: PullProgress, after: PullProgress): boolean {
  return after.currentBytes !== before.currentBytes || after.totalBytes !== before.totalBytes;
}

/** One for another CPU than is wanted is as good as missing. */
export async function lookFor(
  { reference, platform }: Want,
  { engine, architecture }: Pick<ImagePullContext, 'engine' | 'architecture'>,
): Promise<ImageLook> {
  const look = await engine.inspectImage(reference);
  const wanted = platformOf(platform, architecture);
  return look.kind === 'here' && !servesPlatform(look.platform, wanted) ? { kind: 'missing' } : look;
}

function refused(message: string): PullFailure {
  const hint = 'to this engine the reference is none: correct it, or upgrade the engine';
  return { ok: false, code: 'refused_by_engine', message, hint };
}

function unreadable(message: string): PullFailure {
  const hint = "the engine's copy is damaged and a pull did not mend it: remove the image on the device";
  return { ok: false, code: 'image_damaged', message, hint };
}

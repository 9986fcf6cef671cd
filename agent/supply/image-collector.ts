// Removes images that the agent pulled and that nobody has needed for a while. Nothing waits for it, and what
// it fails at it tries again at its next look.

import type { Logger } from '../../lib/program/logger.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type { PulledImage } from '../model/pulled-image.ts';
import type { Publisher } from '../notices/notices.ts';
import { type Engine, EngineUnavailable } from '../ports/engine.ts';
import type { Documents, PulledImages } from '../ports/store.ts';
import { ageImages, type ImageNeeds, imagesNamedIn, isDue, isNeeded } from './collect-images.ts';
import type { NotedPulls } from './noted-pulls.ts';

const LOOK_MS = 10 * 60_000;
/** However short the grace: a look may ask the engine for all its containers. */
const MIN_LOOK_MS = 1000;
const NOTHING: ReadonlySet<string> = new Set();

export interface ImageCollectorOptions {
  readonly engine: Pick<Engine, 'imagesInUse' | 'removeImage'>;
  readonly store: PulledImages & Pick<Documents, 'keptDocuments'>;
  readonly pulls: NotedPulls;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long an image stays that nobody needs, in milliseconds that the agent runs. */
  readonly graceMs: number;
  readonly notices: Publisher;
}

export class ImageCollector {
  readonly #options: ImageCollectorOptions;
  /** Failures that were logged, so that each is once. */
  readonly #told = new Map<string, string>();
  #agedAtMs: number;

  constructor(options: ImageCollectorOptions) {
    this.#options = options;
    this.#agedAtMs = options.clock.monotonicMs();
  }

  /** Looks now and then until `signal` aborts. Never rejects for what the engine does. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, graceMs } = this.#options;
    while (!signal.aborted) {
      await this.#look(signal);
      await clock.sleep(Math.max(MIN_LOOK_MS, Math.min(LOOK_MS, graceMs)), signal);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      await this.#options.pulls.settleInterrupted();
      if (!signal.aborted) await this.#collect(signal);
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
  }

  async #collect(signal: AbortSignal): Promise<void> {
    const imageIds = await this.#imagesInUse();
    if (signal.aborted) return;
    for (const image of this.#age(imageIds)) {
      // Looked at anew for each: a document may have come while another image went.
      if (isNeeded(image, this.#needs(imageIds))) continue;
      await this.#remove(image, signal);
      if (signal.aborted) return;
    }
  }

  /** The engine is asked only where the documents leave an image without a need. */
  async #imagesInUse(): Promise<ReadonlySet<string>> {
    const needs = this.#needs(NOTHING);
    const isAllNeeded = this.#options.store.pulledImages().every((image) => isNeeded(image, needs));
    return isAllNeeded ? NOTHING : this.#options.engine.imagesInUse();
  }

  /** Stores how long each image has been without a need; those whose grace is over. */
  #age(imageIds: ReadonlySet<string>): PulledImage[] {
    const { store, clock, graceMs } = this.#options;
    const nowMs = clock.monotonicMs();
    const aged = ageImages(store.pulledImages(), this.#needs(imageIds), nowMs - this.#agedAtMs);
    this.#agedAtMs = nowMs;
    store.writeImageAges(aged);
    return aged.filter((image) => isDue(image, graceMs));
  }

  #needs(imageIds: ReadonlySet<string>): ImageNeeds {
    const { store, pulls } = this.#options;
    const named = store.keptDocuments().flatMap(imagesNamedIn);
    return { references: new Set([...named, ...pulls.underWay]), imageIds };
  }

  async #remove(image: PulledImage, signal: AbortSignal): Promise<void> {
    const { engine, store, logger, notices } = this.#options;
    const { reference, imageId } = image;
    const outcome = await engine.removeImage(image);
    if (signal.aborted) return;
    if (outcome.kind === 'in_use') return;
    if (outcome.kind === 'failed') return this.#tellFailure(image, outcome.message);
    this.#told.delete(imageId);
    store.forgetImage(image);
    if (outcome.kind === 'gone') return;
    logger.info({ image: reference, id: imageId, bytes: outcome.bytes }, 'image removed');
    notices.publish({ kind: 'event', event: { type: 'image_removed', reference, bytes: outcome.bytes } });
  }

  #tellFailure({ reference, imageId }: PulledImage, message: string): void {
    if (this.#told.get(imageId) === message) return;
    this.#told.set(imageId, message);
    this.#options.logger.warn({ image: reference, id: imageId, err: message }, 'image not removed');
  }
}

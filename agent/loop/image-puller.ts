// Pulls in the background: what is wanted is fetched, a few at a time; what no one wants any more is given up.

import { formatPlatform, platformOf, servesPlatform } from '../../protocol/platform.ts';
import { type BackOff, drawDelay, startBackOff } from '../lib/back-off.ts';
import type { Clock, Random } from '../ports/clock.ts';
import {
  type Engine,
  EngineUnavailable,
  type ImageFacts,
  type PullFailure,
  type PullOutcome,
  type PullProgress,
} from '../ports/engine.ts';
import type { Logger } from '../ports/logger.ts';
import { type ImageRequest, imageKey, uniqueRequests } from '../reconcile/images.ts';
import type { ImageStanding } from '../reconcile/observed.ts';
import { findShortage, type ImageSpace } from './image-space.ts';

const MAX_PULLS = 3;
const TRANSIENT = { baseMs: 5000, capMs: 5 * 60_000 };
/** An image that is not there may be pushed yet, but seldom is: asking costs the registry and the link. */
const LASTING = { baseMs: 5 * 60_000, capMs: 60 * 60_000 };
/** A pull that moves is never cut; one that has not for so long hangs. */
const STALL_MS = 2 * 60_000;

type Failure = Extract<ImageStanding, { kind: 'failed' }> & {
  readonly backOff: BackOff;
  /** What the last try would still have had to write, as far as it came to know. */
  readonly unwrittenBytes: number;
};

interface Pull {
  readonly request: ImageRequest;
  readonly abort: AbortController;
  progress: PullProgress;
  /** When the engine last said anything of it, and when anybody was last told. */
  movedAtMs: number;
  toldAtMs: number;
  /** Why the agent itself cut it. */
  cutFor: PullFailure | null;
}

const NO_PROGRESS: PullProgress = { currentBytes: 0, totalBytes: 0, unwrittenBytes: 0 };

const STALLED: PullFailure = {
  ok: false,
  code: 'pull_failed',
  message: `no byte came for ${STALL_MS / 60_000} minutes`,
  hint: 'check the link to the registry; the next try comes by itself',
  isTransient: true,
};

export interface ImagePullerOptions {
  readonly engine: Pick<Engine, 'inspectImage' | 'pullImage'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly architecture: string;
  readonly space: ImageSpace;
  /** Something about an image changed that a deployment waits for. */
  readonly onChange: (deployments: readonly string[]) => void;
}

export class ImagePuller {
  readonly #options: ImagePullerOptions;
  readonly #wanted = new Map<string, readonly ImageRequest[]>();
  /** By `imageKey`, as the two below. */
  readonly #pulls = new Map<string, Pull>();
  readonly #failures = new Map<string, Failure>();
  /** Requests for a fresh pull that have been met. */
  readonly #refreshed = new Set<string>();
  #nextRetry = new AbortController();
  #isClosed = false;

  constructor(options: ImagePullerOptions) {
    this.#options = options;
  }

  /** Where an image stands now. Asks the engine afresh, unless it is being pulled. */
  async standing(request: ImageRequest): Promise<ImageStanding> {
    const key = imageKey(request);
    const failure = this.#failures.get(key);
    const pull = this.#pulls.get(key);
    if (pull !== undefined && failure?.isTransient !== false) {
      const { currentBytes, totalBytes } = pull.progress;
      return { kind: 'pulling', currentBytes, totalBytes };
    }
    const isMet = request.freshFor === null || this.#refreshed.has(key);
    const facts = isMet ? await this.#findHere(request) : null;
    return facts === null ? (failure ?? { kind: 'missing' }) : { kind: 'present', imageId: facts.id };
  }

  /** Says which images a deployment wants from now on. */
  want(deployment: string, requests: readonly ImageRequest[]): void {
    if (requests.length > 0) this.#wanted.set(deployment, requests);
    else this.#wanted.delete(deployment);
    const isUnwanted = (key: string): boolean => this.#waitingFor(key).length === 0;
    for (const [key, pull] of this.#pulls) if (isUnwanted(key)) pull.abort.abort();
    for (const key of this.#failures.keys()) if (isUnwanted(key)) this.#failures.delete(key);
    for (const key of this.#refreshed) if (isUnwanted(key)) this.#refreshed.delete(key);
    this.#startWanted();
  }

  /** Tries failed pulls again at once: a new document came, or the network is back. */
  retryNow(): void {
    this.#failures.clear();
    this.#startWanted();
  }

  close(): void {
    this.#isClosed = true;
    this.#nextRetry.abort();
    for (const pull of this.#pulls.values()) pull.abort.abort();
  }

  /** `null` when it is not here, or for another CPU than is wanted. */
  async #findHere({ reference, platform }: ImageRequest): Promise<ImageFacts | null> {
    const facts = await this.#options.engine.inspectImage(reference);
    const wanted = platformOf(platform, this.#options.architecture);
    return facts !== null && servesPlatform(facts.platform, wanted) ? facts : null;
  }

  /** A fresh pull is remembered until its deployment has seen it; what is simply here shows by itself. */
  #settle(request: ImageRequest): void {
    const key = imageKey(request);
    this.#failures.delete(key);
    if (request.freshFor !== null) {
      this.#refreshed.add(key);
      return;
    }
    for (const [deployment, requests] of this.#wanted)
      this.#wanted.set(
        deployment,
        requests.filter((other) => imageKey(other) !== key),
      );
  }

  #startWanted(): void {
    for (const request of uniqueRequests([...this.#wanted.values()].flat())) {
      if (this.#isClosed || this.#pulls.size >= MAX_PULLS) return;
      const key = imageKey(request);
      const failure = this.#failures.get(key);
      const isDue = failure === undefined || failure.retryAtMs <= this.#options.clock.monotonicMs();
      if (isDue && !this.#isBusyWith(request) && !this.#refreshed.has(key)) void this.#pull(request);
    }
    this.#armRetry();
  }

  /** One pull of a reference at a time: another platform's would take its name away while it comes. */
  #isBusyWith({ reference }: ImageRequest): boolean {
    return [...this.#pulls.values()].some(({ request }) => request.reference === reference);
  }

  /** Nobody else looks when a failed pull is due again. One timer, for the first of them. */
  #armRetry(): void {
    this.#nextRetry.abort();
    this.#nextRetry = new AbortController();
    const { signal } = this.#nextRetry;
    const { clock } = this.#options;
    const waiting = [...this.#failures].filter(([key]) => !this.#pulls.has(key));
    if (waiting.length === 0) return;
    const dueAtMs = Math.min(...waiting.map(([, failure]) => failure.retryAtMs));
    void clock.sleep(Math.max(0, dueAtMs - clock.monotonicMs()), signal).then(() => {
      if (!signal.aborted) this.#startWanted();
    });
  }

  async #pull(request: ImageRequest): Promise<void> {
    const { clock, logger } = this.#options;
    const key = imageKey(request);
    const pull: Pull = {
      request,
      abort: new AbortController(),
      progress: NO_PROGRESS,
      movedAtMs: clock.monotonicMs(),
      toldAtMs: Number.NEGATIVE_INFINITY,
      cutFor: null,
    };
    this.#pulls.set(key, pull);
    logger.info({ image: request.reference }, 'pull started');
    const outcome = await this.#pullAndVerify(pull);
    this.#pulls.delete(key);
    pull.abort.abort();
    const waiting = this.#waitingFor(key);
    if (outcome.ok) this.#settle(request);
    else if (waiting.length > 0) this.#noteFailure(pull, outcome);
    this.#options.onChange(waiting);
    this.#startWanted();
  }

  async #pullAndVerify(pull: Pull): Promise<PullOutcome> {
    const { engine, architecture } = this.#options;
    const { reference, platform, freshFor } = pull.request;
    void this.#watchForStall(pull);
    try {
      // Another deployment, or a person, may have brought it meanwhile: then no registry is asked.
      if (freshFor === null && (await this.#findHere(pull.request)) !== null) return { ok: true };
      const shortage = this.#shortageFor(pull);
      if (shortage !== null) return shortage;
      const onProgress = (progress: PullProgress): void => this.#noteProgress(pull, progress);
      const { signal } = pull.abort;
      const outcome = await engine.pullImage(reference, { architecture, platform, onProgress, signal });
      if (!outcome.ok) return pull.cutFor ?? outcome;
      if ((await this.#findHere(pull.request)) !== null) return outcome;
      const wanted = formatPlatform(platformOf(platform, architecture));
      const message = `${wanted} was asked for, and the registry gave another`;
      return { ok: false, code: 'no_matching_platform', message, isTransient: false };
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      return { ok: false, code: 'pull_failed', message: error.message, hint: error.hint, isTransient: true };
    }
  }

  async #watchForStall(pull: Pull): Promise<void> {
    const { clock } = this.#options;
    while (!pull.abort.signal.aborted) {
      const leftMs = pull.movedAtMs + STALL_MS - clock.monotonicMs();
      if (leftMs <= 0) {
        return this.#cut(pull, STALLED);
      }
      await clock.sleep(leftMs, pull.abort.signal);
    }
  }

  #cut(pull: Pull, reason: PullFailure): void {
    pull.cutFor ??= reason;
    pull.abort.abort();
  }

  /** What all pulls have still to write, and this one at least what its last try came to know of. */
  #shortageFor(pull: Pull): PullFailure | null {
    const known = this.#failures.get(imageKey(pull.request))?.unwrittenBytes ?? 0;
    const own = pull.progress.totalBytes === 0 ? known : pull.progress.unwrittenBytes;
    const others = [...this.#pulls.values()].filter((other) => other !== pull);
    const unwritten = others.reduce((sum, { progress }) => sum + progress.unwrittenBytes, own);
    return findShortage(this.#options.space, unwritten);
  }

  #noteProgress(pull: Pull, progress: PullProgress): void {
    const before = pull.progress;
    const nowMs = this.#options.clock.monotonicMs();
    pull.movedAtMs = nowMs;
    pull.progress = progress;
    // Another layer has begun, and with it its size is known.
    const shortage = progress.totalBytes > before.totalBytes ? this.#shortageFor(pull) : null;
    if (shortage !== null) this.#cut(pull, shortage);
    const isFirst = before.totalBytes === 0 && progress.totalBytes > 0;
    const hasMoved =
      progress.currentBytes !== before.currentBytes || progress.totalBytes !== before.totalBytes;
    const isNews = isFirst || progress.currentBytes === progress.totalBytes || nowMs - pull.toldAtMs >= 500;
    if (!hasMoved || !isNews) return;
    pull.toldAtMs = nowMs;
    this.#options.onChange(this.#waitingFor(imageKey(pull.request)));
  }

  #noteFailure({ request, progress }: Pull, outcome: PullFailure): void {
    const { clock, random, logger } = this.#options;
    const { code, message, hint, isTransient } = outcome;
    const [key, image] = [imageKey(request), request.reference];
    const before = this.#failures.get(key);
    const isSameKind = before !== undefined && before.isTransient === isTransient;
    const { delayMs, next } = drawDelay(
      isSameKind ? before.backOff : startBackOff(isTransient ? TRANSIENT : LASTING),
      random,
    );
    const retryAtMs = clock.monotonicMs() + delayMs;
    const unwrittenBytes =
      progress.totalBytes === 0 ? (before?.unwrittenBytes ?? 0) : progress.unwrittenBytes;
    const failure = { kind: 'failed' as const, code, message, hint, isTransient, retryAtMs };
    this.#failures.set(key, { ...failure, backOff: next, unwrittenBytes });
    logger.warn({ image, code, err: message, delayMs }, 'pull failed');
  }

  #waitingFor(key: string): string[] {
    const doesWant = (requests: readonly ImageRequest[]): boolean =>
      requests.some((request) => imageKey(request) === key);
    return [...this.#wanted].filter(([, requests]) => doesWant(requests)).map(([deployment]) => deployment);
  }
}

// Pulls in the background: what is wanted is fetched, a few at a time; what no one wants any more is given up.

import { type BackOff, drawDelay, startBackOff } from '../lib/back-off.ts';
import type { Clock, Random } from '../ports/clock.ts';
import { type Engine, EngineUnavailable, type PullOutcome } from '../ports/engine.ts';
import type { Logger } from '../ports/logger.ts';
import type { ImageStanding } from '../reconcile/observed.ts';

const MAX_PULLS = 3;
const TRANSIENT = { baseMs: 5000, capMs: 5 * 60_000 };
/** An image that is not there may be pushed yet, but seldom is: asking costs the registry and the link. */
const LASTING = { baseMs: 5 * 60_000, capMs: 60 * 60_000 };
/** A pull that moves is never cut; one that has not for so long hangs. */
const STALL_MS = 2 * 60_000;

type Failure = Extract<ImageStanding, { kind: 'failed' }> & { readonly backOff: BackOff };

interface Pull {
  readonly abort: AbortController;
  currentBytes: number;
  totalBytes: number;
  /** When the engine last said anything of it, and when anybody was last told. */
  movedAtMs: number;
  toldAtMs: number;
  isStalled: boolean;
}

const STALLED: PullOutcome = {
  ok: false,
  code: 'pull_failed',
  message: `no byte came for ${STALL_MS / 60_000} minutes`,
  hint: 'check the link to the registry; the next try comes by itself',
  isTransient: true,
};

export interface ImagePullerOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly architecture: string;
  /** Something about an image changed that a deployment waits for. */
  readonly onChange: (deployments: readonly string[]) => void;
}

export class ImagePuller {
  readonly #options: ImagePullerOptions;
  readonly #wanted = new Map<string, readonly string[]>();
  readonly #pulls = new Map<string, Pull>();
  readonly #failures = new Map<string, Failure>();
  #nextRetry = new AbortController();
  #isClosed = false;

  constructor(options: ImagePullerOptions) {
    this.#options = options;
  }

  /** Where an image stands now. Asks the engine afresh, unless it is being pulled. */
  async standing(image: string): Promise<ImageStanding> {
    const failure = this.#failures.get(image);
    const pull = this.#pulls.get(image);
    if (pull !== undefined && failure?.isTransient !== false) {
      return { kind: 'pulling', currentBytes: pull.currentBytes, totalBytes: pull.totalBytes };
    }
    if (await this.#isHere(image)) return { kind: 'present' };
    return failure ?? { kind: 'missing' };
  }

  /** Says which images a deployment wants from now on. */
  want(deployment: string, images: readonly string[]): void {
    this.#wanted.set(deployment, images);
    for (const [image, pull] of this.#pulls) if (this.#waitingFor(image).length === 0) pull.abort.abort();
    for (const image of this.#failures.keys())
      if (this.#waitingFor(image).length === 0) this.#failures.delete(image);
    this.#startWanted();
  }

  /** Tries failed pulls again at once: a new document came, or the network is back. */
  retryNow(images?: readonly string[]): void {
    for (const image of images ?? [...this.#failures.keys()]) this.#failures.delete(image);
    this.#startWanted();
  }

  close(): void {
    this.#isClosed = true;
    this.#nextRetry.abort();
    for (const pull of this.#pulls.values()) pull.abort.abort();
  }

  async #isHere(image: string): Promise<boolean> {
    const facts = await this.#options.engine.inspectImage(image);
    return facts?.architecture === this.#options.architecture;
  }

  #settle(image: string): void {
    this.#failures.delete(image);
    for (const [deployment, images] of this.#wanted)
      this.#wanted.set(
        deployment,
        images.filter((other) => other !== image),
      );
  }

  #startWanted(): void {
    for (const image of new Set([...this.#wanted.values()].flat())) {
      if (this.#isClosed || this.#pulls.size >= MAX_PULLS) return;
      const failure = this.#failures.get(image);
      const isDue = failure === undefined || failure.retryAtMs <= this.#options.clock.monotonicMs();
      if (isDue && !this.#pulls.has(image)) void this.#pull(image);
    }
    this.#armRetry();
  }

  /** Nobody else looks when a failed pull is due again. One timer, for the first of them. */
  #armRetry(): void {
    this.#nextRetry.abort();
    this.#nextRetry = new AbortController();
    const { signal } = this.#nextRetry;
    const { clock } = this.#options;
    const waiting = [...this.#failures].filter(([image]) => !this.#pulls.has(image));
    if (waiting.length === 0) return;
    const dueAtMs = Math.min(...waiting.map(([, failure]) => failure.retryAtMs));
    void clock.sleep(Math.max(0, dueAtMs - clock.monotonicMs()), signal).then(() => {
      if (!signal.aborted) this.#startWanted();
    });
  }

  async #pull(image: string): Promise<void> {
    const { clock, logger } = this.#options;
    const pull: Pull = {
      abort: new AbortController(),
      currentBytes: 0,
      totalBytes: 0,
      movedAtMs: clock.monotonicMs(),
      toldAtMs: Number.NEGATIVE_INFINITY,
      isStalled: false,
    };
    this.#pulls.set(image, pull);
    logger.info({ image }, 'pull started');
    const outcome = await this.#pullAndVerify(image, pull);
    this.#pulls.delete(image);
    pull.abort.abort();
    const waiting = this.#waitingFor(image);
    if (outcome.ok) this.#settle(image);
    else if (waiting.length > 0) this.#noteFailure(image, outcome);
    this.#options.onChange(waiting);
    this.#startWanted();
  }

  async #pullAndVerify(image: string, pull: Pull): Promise<PullOutcome> {
    const { engine, architecture } = this.#options;
    void this.#watchForStall(pull);
    try {
      // Another deployment, or a person, may have brought it meanwhile: then no registry is asked.
      if (await this.#isHere(image)) return { ok: true };
      const onProgress = (current: number, total: number): void =>
        this.#noteProgress(image, pull, { current, total });
      const outcome = await engine.pullImage(image, { architecture, onProgress, signal: pull.abort.signal });
      if (!outcome.ok) return pull.isStalled ? STALLED : outcome;
      const facts = await engine.inspectImage(image);
      if (facts?.architecture === architecture) return outcome;
      const message = `this device is linux/${architecture}, the image is linux/${facts?.architecture ?? 'unknown'}`;
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
        pull.isStalled = true;
        return pull.abort.abort();
      }
      await clock.sleep(leftMs, pull.abort.signal);
    }
  }

  #noteProgress(image: string, pull: Pull, bytes: { current: number; total: number }): void {
    const nowMs = this.#options.clock.monotonicMs();
    pull.movedAtMs = nowMs;
    const isFirst = pull.totalBytes === 0 && bytes.total > 0;
    const hasMoved = bytes.current !== pull.currentBytes || bytes.total !== pull.totalBytes;
    const isNews = isFirst || bytes.current === bytes.total || nowMs - pull.toldAtMs >= 500;
    pull.currentBytes = bytes.current;
    pull.totalBytes = bytes.total;
    if (!hasMoved || !isNews) return;
    pull.toldAtMs = nowMs;
    this.#options.onChange(this.#waitingFor(image));
  }

  #noteFailure(image: string, outcome: Extract<PullOutcome, { ok: false }>): void {
    const { clock, random, logger } = this.#options;
    const { code, message, hint, isTransient } = outcome;
    const before = this.#failures.get(image);
    const isSameKind = before !== undefined && before.isTransient === isTransient;
    const { delayMs, next } = drawDelay(
      isSameKind ? before.backOff : startBackOff(isTransient ? TRANSIENT : LASTING),
      random,
    );
    const retryAtMs = clock.monotonicMs() + delayMs;
    this.#failures.set(image, { kind: 'failed', code, message, hint, isTransient, retryAtMs, backOff: next });
    logger.warn({ image, code, err: message, delayMs }, 'pull failed');
  }

  #waitingFor(image: string): string[] {
    return [...this.#wanted].filter(([, images]) => images.includes(image)).map(([deployment]) => deployment);
  }
}

// Pulls in the background: what is wanted is fetched, a few at a time; what no one wants any more is given up.
import type { Tasks } from '../../lib/failures/tasks.ts';
import type { Logger } from '../../lib/program/logger.ts';
import type { Clock, Random } from '../../lib/time/clock.ts';
import type { ImageStanding } from '../model/observed.ts';
import { uniqueWants, type Want, wantKey } from '../model/want.ts';
import type { AgentState } from '../notices/agent-state.ts';
import type { Publisher } from '../notices/notices.ts';
import type { PullFailure, Supplier } from '../ports/supplier.ts';
import { ImagePull, type ImagePullContext, lookFor } from './image-pull.ts';
import { findShortage, type ImageSpace } from './image-space.ts';
import { isTransientPull, noteTry, type Tries, waitMs } from './pull-back-off.ts';

const MAX_PULLS = 3;
/** A wait shorter than this is told as that, and a longer one by its end. */
const SOON_MS = 5 * 60_000;
const NEVER = Number.POSITIVE_INFINITY;

type Failure = Extract<ImageStanding, { kind: 'failed' }>;

/** What outlives a failure that is forgiven: trying at once makes nothing cheaper. */
interface Past {
  readonly tries: Tries;
  /** What the last try would still have had to write, as far as it came to know. */
  readonly unwrittenBytes: number;
}

export interface ImagePullerOptions {
  readonly engine: ImagePullContext['engine'];
  readonly supplier: Supplier;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly architecture: string;
  readonly tasks: Tasks;
  readonly space: ImageSpace;
  readonly line: AgentState['line'];
  readonly notices: Publisher;
}

export class ImagePuller {
  readonly #options: ImagePullerOptions;
  readonly #wanted = new Map<string, readonly Want[]>();
  /** By `wantKey`, as those below. */
  readonly #pulls = new Map<string, ImagePull>();
  readonly #failures = new Map<string, Failure>();
  readonly #pasts = new Map<string, Past>();
  /** Requests for a fresh pull that have been met. */
  readonly #refreshed = new Set<string>();
  /** The timer for the failed pull that is due first. */
  #nextRetry: { readonly dueAtMs: number; readonly abort: AbortController } | null = null;
  #isClosed = false;

  constructor(options: ImagePullerOptions) {
    this.#options = options;
    options.line.watch((now) => {
      if (now !== null) this.#networkIsBack();
    });
  }

  /** Where an image stands now. Asks the engine afresh, unless it is being pulled. */
  async standing(want: Want): Promise<ImageStanding> {
    const key = wantKey(want);
    const failure = this.#failures.get(key);
    const pull = this.#pulls.get(key);
    if (pull !== undefined && failure?.isTransient !== false) {
      const { currentBytes, totalBytes } = pull.progress;
      return { kind: 'pulling', currentBytes, totalBytes };
    }
    const isMet = want.freshFor === null || this.#refreshed.has(key);
    const look = isMet ? await lookFor(want, this.#options) : null;
    return look?.kind === 'here' ? { kind: 'present', imageId: look.id } : (failure ?? { kind: 'missing' });
  }

  /** Says which images a deployment wants from now on. What it did not want before is tried at once. */
  want(deployment: string, wants: readonly Want[]): void {
    const before = new Set(this.#wanted.get(deployment)?.map(wantKey));
    if (wants.length > 0) this.#wanted.set(deployment, wants);
    else this.#wanted.delete(deployment);
    for (const key of wants.map(wantKey)) if (!before.has(key)) this.#failures.delete(key);
    const isUnwanted = (key: string): boolean => this.#waitingFor(key).length === 0;
    for (const [key, pull] of this.#pulls) if (isUnwanted(key)) pull.giveUp();
    for (const key of this.#pasts.keys()) if (isUnwanted(key)) this.#forget(key);
    for (const key of this.#refreshed) if (isUnwanted(key)) this.#refreshed.delete(key);
    this.#startWanted();
  }

  /** Tries what failed for a deployment at once: it has a new document, or somebody asks for it. */
  retryNow(deployment: string): void {
    for (const want of this.#wanted.get(deployment) ?? []) this.#failures.delete(wantKey(want));
    this.#startWanted();
  }

  /** Tries what merely found no registry at once: a line that comes and goes must make no other pull dearer. */
  #networkIsBack(): void {
    for (const [key, { code }] of this.#failures) {
      const isFree = this.#pasts.get(key)?.tries.fetchedBytes === 0;
      if (code === 'registry_unreachable' && isFree) this.#failures.delete(key);
    }
    this.#startWanted();
  }

  close(): void {
    this.#isClosed = true;
    this.#nextRetry?.abort.abort();
    this.#nextRetry = null;
    for (const pull of this.#pulls.values()) pull.giveUp();
  }

  /** A fresh pull is remembered until its deployment has seen it; what is simply here shows by itself. */
  #settle(want: Want): void {
    const key = wantKey(want);
    this.#forget(key);
    if (want.freshFor !== null) {
      this.#refreshed.add(key);
      return;
    }
    for (const [deployment, wants] of this.#wanted)
      this.#wanted.set(
        deployment,
        wants.filter((other) => wantKey(other) !== key),
      );
  }

  #forget(key: string): void {
    this.#failures.delete(key);
    this.#pasts.delete(key);
  }

  #startWanted(): void {
    if (this.#isClosed) return;
    for (const want of this.#wants()) {
      if (this.#pulls.size >= MAX_PULLS) break;
      const key = wantKey(want);
      const failure = this.#failures.get(key);
      const isDue = failure === undefined || failure.retryAtMs <= this.#options.clock.monotonicMs();
      if (isDue && !this.#isBusyWith(want) && !this.#refreshed.has(key))
        this.#options.tasks.run(this.#pull(want));
    }
    this.#armRetry();
  }

  #wants(): Want[] {
    return uniqueWants([...this.#wanted.values()].flat());
  }

  /** One pull of a reference at a time: another platform's would take its name away while it comes. */
  #isBusyWith({ reference }: Want): boolean {
    return [...this.#pulls.values()].some(({ want }) => want.reference === reference);
  }

  /** Nobody else looks when a failed pull is due again. What waits for a pull's end is looked at then. */
  #armRetry(): void {
    const dueAtMs = this.#pulls.size >= MAX_PULLS ? NEVER : this.#nextDueAtMs();
    if (dueAtMs === (this.#nextRetry?.dueAtMs ?? NEVER)) return;
    this.#nextRetry?.abort.abort();
    this.#nextRetry = null;
    if (dueAtMs === NEVER) return;
    const { clock } = this.#options;
    const next = { dueAtMs, abort: new AbortController() };
    this.#nextRetry = next;
    const isDue = clock.sleep(dueAtMs - clock.monotonicMs(), next.abort.signal).then(() => {
      if (this.#nextRetry !== next) return;
      this.#nextRetry = null;
      this.#startWanted();
    });
    this.#options.tasks.run(isDue);
  }

  #nextDueAtMs(): number {
    const waiting = this.#wants()
      .filter((want) => !this.#isBusyWith(want))
      .flatMap((want) => this.#failures.get(wantKey(want)) ?? []);
    return Math.min(NEVER, ...waiting.map(({ retryAtMs }) => retryAtMs));
  }

  async #pull(want: Want): Promise<void> {
    const { engine, supplier, clock, architecture, space, logger } = this.#options;
    const key = wantKey(want);
    const pull = new ImagePull(want, {
      ...{ engine, supplier, clock, architecture, space },
      findShortage: (self) => this.#shortageFor(self),
      onProgress: () => this.#tell(this.#waitingFor(key)),
    });
    this.#pulls.set(key, pull);
    logger.info({ image: want.reference }, 'pull started');
    const outcome = await pull.run();
    this.#pulls.delete(key);
    const waiting = this.#waitingFor(key);
    if (outcome.ok) this.#settle(want);
    // One that was given up and is wanted again begins anew.
    else if (waiting.length > 0 && !pull.isGivenUp) this.#noteFailure(pull, outcome);
    this.#tell(waiting);
    this.#startWanted();
  }

  /** Something about an image changed that these wait for. */
  #tell(deployments: readonly string[]): void {
    for (const deployment of deployments) this.#options.notices.publish({ kind: 'look_due', deployment });
  }

  /** What all pulls have still to write, and this one at least what its last try came to know of. */
  #shortageFor(pull: ImagePull): PullFailure | null {
    const known = this.#pasts.get(wantKey(pull.want))?.unwrittenBytes ?? 0;
    const own = pull.progress.totalBytes === 0 ? known : pull.progress.unwrittenBytes;
    const others = [...this.#pulls.values()].filter((other) => other !== pull);
    const unwritten = others.reduce((sum, { progress }) => sum + progress.unwrittenBytes, own);
    return findShortage(this.#options.space, unwritten);
  }

  #noteFailure({ want, progress, fetchedBytes }: ImagePull, outcome: PullFailure): void {
    const { clock, random, logger } = this.#options;
    const { code, message, hint } = outcome;
    const isTransient = isTransientPull(outcome);
    const key = wantKey(want);
    const past = this.#pasts.get(key);
    const tries = noteTry(past?.tries, outcome, fetchedBytes);
    const unwrittenBytes = progress.totalBytes === 0 ? (past?.unwrittenBytes ?? 0) : progress.unwrittenBytes;
    this.#pasts.set(key, { tries, unwrittenBytes });
    const delayMs = waitMs(tries, outcome, random());
    const isSoon = delayMs < SOON_MS;
    const nextTryAt = isSoon ? null : new Date(clock.wallTime().getTime() + delayMs).toISOString();
    const retryAtMs = clock.monotonicMs() + delayMs;
    this.#failures.set(key, { kind: 'failed', code, message, hint, isTransient, retryAtMs, nextTryAt });
    logger.warn({ image: want.reference, code, err: message, fetchedBytes, delayMs }, 'pull failed');
  }

  #waitingFor(key: string): string[] {
    const doesWant = (wants: readonly Want[]): boolean => wants.some((want) => wantKey(want) === key);
    return [...this.#wanted].filter(([, wants]) => doesWant(wants)).map(([deployment]) => deployment);
  }
}

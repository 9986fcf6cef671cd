// Lets time pass in a run, and leaves out what is idle: where a device has been still for some minutes, nothing waits
// to be tried again and nothing is about to happen, the looks that would find nothing are not made one by one.

import { leftOf } from '../../agent/model/pause.ts';
import type { ClockWait, DeploymentRecord } from '../../agent/model/record.ts';
import { StoreDamaged } from '../../agent/store/store-errors.ts';
import { windowStateAt } from '../../protocol/values/update-window.ts';
import { WINDOW, WINDOW_LENGTH_MS } from './fleet/documents.ts';
import type { Scene } from './scene.ts';

const CHUNK_MS = 60_000;
/** Longer than three failures of a probe take to be a verdict. */
const STILL_CHUNKS = 3;
const HOUR_MS = 3_600_000;

interface Now {
  readonly processMs: number;
  readonly wallTime: Date;
}

export class Passage {
  /** Virtual time that was left out. */
  skippedMs = 0;
  readonly #scene: Scene;
  #stillChunks = 0;
  #lookedMs = 0;
  #fatals = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Until that virtual time, or until a promise is broken. */
  async passUntil(untilMs: number, isDone: () => boolean = () => false): Promise<boolean> {
    const { world } = this.#scene;
    while (this.#scene.violation === null && !isDone()) {
      const leftMs = untilMs - world.clock.monotonicMs();
      if (leftMs <= 0) return false;
      await this.#passChunk(Math.min(CHUNK_MS, leftMs));
      if (this.#stillChunks < STILL_CHUNKS || isDone()) continue;
      this.#skip(untilMs - world.clock.monotonicMs());
    }
    return this.#scene.violation === null;
  }

  async #passChunk(ms: number): Promise<void> {
    const { world } = this.#scene;
    const { noise } = this.#scene;
    await world.run(ms);
    this.#checkProcess();
    this.#stillChunks = this.#scene.noise === noise ? this.#stillChunks + 1 : 0;
    if (world.clock.monotonicMs() - this.#lookedMs < HOUR_MS) return;
    this.#lookedMs = world.clock.monotonicMs();
    this.#scene.noteTrouble();
    for (const { look } of this.#scene.promises) look?.(this.#scene);
  }

  #skip(maxMs: number): void {
    const limitMs = Math.min(maxMs, this.#idleForMs());
    if (limitMs < CHUNK_MS) return;
    this.skippedMs += this.#scene.world.skip(limitMs);
    this.#stillChunks = 0;
  }

  /** How long no deployment waits for a time of its own; 0 when one is at work. */
  #idleForMs(): number {
    const { world, fleet } = this.#scene;
    const { store, processMs } = world;
    const now = { processMs, wallTime: world.clock.wallTime() };
    if (store === null) return Number.POSITIVE_INFINITY;
    if (world.isAgentFrozen || (world.broker.isOwing && world.broker.isUp)) return 0;
    const idle = fleet.plans.map(({ name }) => {
      const record = store.readRecord(name);
      return record === null ? Number.POSITIVE_INFINITY : idleForMs(record, now);
    });
    return Math.min(...idle);
  }

  /** What nothing was prepared for, and a hang that nobody made. */
  #checkProcess(): void {
    const { world } = this.#scene;
    const fatal = world.fatal.slice(this.#fatals);
    this.#fatals = world.fatal.length;
    // Damage that shows up while the agent runs ends it once.
    const wasDamaged = world.disk.counts.rots > 0;
    const unforeseen = fatal.find((error) => !(wasDamaged && error instanceof StoreDamaged));
    if (unforeseen !== undefined)
      this.#scene.fail('the agent fails of nothing unforeseen', String(unforeseen));
    const hasHung = [...world.faults.struck.keys()].some((key) => key.endsWith(' hang'));
    if (world.watchdogKills > 0 && !hasHung)
      this.#scene.fail('the agent never hangs', 'the watchdog killed it');
  }
}

function idleForMs(record: DeploymentRecord, now: Now): number {
  const { attempt, phase, services, barred, pause } = record;
  const pausedMs = pause === undefined || pause.sinceMs === null ? 0 : leftOf(pause, now.processMs);
  // Less a look or two; one that is over should be gone.
  if (pausedMs > 0) return pausedMs - 2 * CHUNK_MS;
  const isResting = attempt === null || attempt.stage === 'pulling';
  if (!isResting || phase === 'switching' || phase === 'degraded') return 0;
  const retries = Object.values(services).map(({ retryAtMs }) => retryAtMs);
  if (retries.some((atMs) => atMs !== null && atMs > now.processMs)) return 0;
  // What was left out is to the agent a time in which nobody looked: no run in it would be told as good or bad.
  const isOnTrial = Object.values(services).some(
    ({ watched, failuresInRow }) => watched !== null && failuresInRow > 0,
  );
  if (isOnTrial) return 0;
  const lifts = barred.flatMap(({ retry }) => (retry === undefined ? [] : [retry.atMs - now.processMs]));
  const waits = phase === 'waiting' ? [waitsForMs(record, now)] : [];
  return Math.min(Number.POSITIVE_INFINITY, ...lifts.filter((ms) => ms > 0), ...waits);
}

/** A window and the wait for a clock end by time alone, less a look or two; all else by an act. */
function waitsForMs({ reason, clockWait }: DeploymentRecord, { wallTime, processMs }: Now): number {
  if (reason?.code === 'window') return untilOpenMs(wallTime) - CHUNK_MS;
  if (reason?.code !== 'clock_not_synchronised') return Number.POSITIVE_INFINITY;
  return clockWait === undefined ? 0 : untilToldMs(clockWait, processMs) - CHUNK_MS;
}

/** Of every window of the fleet. */
function untilOpenMs(wallTime: Date): number {
  const state = windowStateAt({ ...WINDOW, lengthMs: WINDOW_LENGTH_MS }, wallTime);
  return state.isOpen || state.opensAt === null ? 0 : state.opensAt.getTime() - wallTime.getTime();
}

/** The wait is noted by the hour, and told by the hour. */
function untilToldMs({ waitedMs, sinceMs }: ClockWait, nowMs: number): number {
  const notedMs = nowMs - sinceMs;
  return Math.min(HOUR_MS - notedMs, HOUR_MS - ((waitedMs + notedMs) % HOUR_MS));
}

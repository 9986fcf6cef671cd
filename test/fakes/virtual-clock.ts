// Time that moves only when told to. Everything on it happens in the order of its time, and in the order of
// its request where times are equal; between two moments all promises that can run have run.
import type { Clock } from '../../lib/time/clock.ts';
import { AbortedSleeps } from './aborted-sleeps.ts';

/** Times are whole multiples of it, so that sums and differences of them are exact in floating point. */
const TICK_MS = 1 / 1024;

interface Entry {
  atMs: number;
  readonly order: number;
  readonly kind: EntryKind;
  readonly fire: () => void;
}

/** A `pulse` is one of many that come again and again while nothing happens: `skip` carries it along. */
export type EntryKind = 'event' | 'pulse';

export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  /** Wall-clock time at monotonic 0. */
  #wallBaseMs: number;
  readonly #queue = new Queue();
  readonly #abortedSleeps = new AbortedSleeps();
  readonly #settle: () => Promise<void>;

  constructor(wallTime = '2026-11-23T00:00:00.000Z', settle = runPromises) {
    this.#wallBaseMs = Date.parse(wallTime);
    this.#settle = settle;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallTime(): Date {
    return new Date(this.#wallBaseMs + this.#nowMs);
  }

  /** Makes the wall clock jump; the monotonic one does not notice. */
  setWallTime(wallTime: string): void {
    this.#wallBaseMs = Date.parse(wallTime) - this.#nowMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) this.#abortedSleeps.note(signal);
    if (signal.aborted || !(ms > 0)) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = this.schedule(ms, finish);
      signal.addEventListener('abort', finish);
    });
  }

  /** Calls back after `ms`; returns what takes it back. */
  schedule(ms: number, fire: () => void, kind: EntryKind = 'event'): () => void {
    const entry = { atMs: roundUp(this.#nowMs + Math.max(0, ms)), order: this.#order, kind, fire };
    this.#order += 1;
    this.#queue.push(entry);
    return () => this.#queue.remove(entry);
  }

  /** How many sleeps and callbacks are waited for. */
  get pendingCount(): number {
    return this.#queue.size;
  }

  /** Moves on by `ms`; what is due then has happened, with all that follows at once, when this resolves. */
  async advance(ms: number): Promise<void> {
    const endMs = roundUp(this.#nowMs + ms);
    await this.#run(endMs, () => false);
    this.#nowMs = endMs;
  }

  /**
   * Leaves out up to `maxMs` in which only pulses would beat, at most until the next event: all pulses come as much
   * later. Only right where each of them would have found nothing to do. Returns how much was left out.
   */
  skip(maxMs: number): number {
    const nextMs = this.#queue.nextEventMs();
    const skippedMs = roundUp(Math.min(maxMs, Math.max(0, nextMs - this.#nowMs)));
    if (!(skippedMs > 0) || this.#nowMs + skippedMs > nextMs) return 0;
    this.#queue.carryPulses(skippedMs);
    this.#nowMs += skippedMs;
    return skippedMs;
  }

  /** Moves on until `condition` holds, looked at after every moment; throws when `maxMs` pass without it. */
  async runUntil(condition: () => boolean, { maxMs, what }: { maxMs: number; what?: string }): Promise<void> {
    const endMs = roundUp(this.#nowMs + maxMs);
    if (await this.#run(endMs, condition)) return;
    this.#nowMs = endMs;
    throw new Error(`not within ${maxMs} ms of virtual time: ${what ?? condition.toString()}`);
  }

  async #run(endMs: number, isDone: () => boolean): Promise<boolean> {
    await this.#settle();
    while (!isDone()) {
      const next = this.#queue.peek();
      if (next === undefined || next.atMs > endMs) return false;
      this.#queue.remove(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fire();
      await this.#settle();
    }
    return true;
  }
}

/** For tests beside real sockets: what has arrived by them gets its turn between two moments too. */
export function clockBesideSockets(): VirtualClock {
  return new VirtualClock(undefined, runImmediates);
}

async function runImmediates(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Up, so that no sleep ends before its time. */
function roundUp(ms: number): number {
  return Math.ceil(ms / TICK_MS) * TICK_MS;
}

/** Every so many moments what else this process does gets its turn: messages of a parent, the time-out of a test. */
const MOMENTS_A_TURN = 1000;
let moments = 0;

/** Every promise that can run has run by then, however many follow each other: ticks come when none is left. */
function runPromises(): Promise<void> {
  moments += 1;
  return new Promise((resolve) => {
    if (moments % MOMENTS_A_TURN === 0) setImmediate(resolve);
    else process.nextTick(resolve);
  });
}

/** A binary heap; what is removed early stays in it until its turn comes. */
class Queue {
  readonly #heap: Entry[] = [];
  readonly #live = new Set<Entry>();

  get size(): number {
    return this.#live.size;
  }

  push(entry: Entry): void {
    this.#live.add(entry);
    this.#heap.push(entry);
    let at = this.#heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  remove(entry: Entry): void {
    this.#live.delete(entry);
  }

  peek(): Entry | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#live.has(first)) return first;
      this.#drop();
    }
    return undefined;
  }

  nextEventMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { kind, atMs } of this.#live) if (kind === 'event' && atMs < nextMs) nextMs = atMs;
    return nextMs;
  }

  carryPulses(ms: number): void {
    const entries = [...this.#live];
    for (const entry of entries) if (entry.kind === 'pulse') entry.atMs += ms;
    this.#heap.length = 0;
    this.#live.clear();
    for (const entry of entries) this.push(entry);
  }

  #drop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = right < this.#heap.length && this.#isBefore(right, left) ? right : left;
      if (least >= this.#heap.length || !this.#isBefore(least, at)) return;
      this.#swap(least, at);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return false;
    return first.atMs < second.atMs || (first.atMs === second.atMs && first.order < second.order);
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}

// Events and samples on their way out: an event is stored at once, a sample held for a while.
// Tested in test/agent/report/reporter.test.ts.

import type { Clock } from '../../lib/time/clock.ts';
import { EVENTS_SCHEMA, type EventBatch, type NewEvent } from '../../protocol/reports/events.ts';
import type { Outbox } from '../ports/store.ts';
import { EVENTS_PER_BATCH, fitting, lostBefore } from './event-batch.ts';
import type { Sample } from './sample.ts';

/** A power cut takes the samples of so long, where no broker took them before. Each write wears the card. */
const HOLD_SAMPLES_MS = 60 * 60_000;

export interface EventOutboxOptions {
  readonly store: Outbox;
  readonly clock: Clock;
  readonly bootId: string;
}

export class EventOutbox {
  readonly #options: EventOutboxOptions;
  /** Since when samples are held in memory, monotonic. */
  #heldSinceMs: number | null = null;

  constructor(options: EventOutboxOptions) {
    this.#options = options;
  }

  /** Stores events, and with them the samples that are held. */
  add(events: readonly NewEvent[]): void {
    this.#options.store.appendEvents(events, this.#now());
    this.#heldSinceMs = null;
  }

  /** Unlike an event it is held in memory at first, and may be lost with the power. */
  hold(sample: Sample): void {
    this.#options.store.holdEvent(sample, this.#now());
    this.#heldSinceMs ??= this.#options.clock.monotonicMs();
  }

  writeHeld(): void {
    this.#options.store.writeHeldEvents();
    this.#heldSinceMs = null;
  }

  /** Writes what is held, if it has been for long. */
  writeOld(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#heldSinceMs !== null && nowMs - this.#heldSinceMs >= HOLD_SAMPLES_MS) this.writeHeld();
  }

  count(): number {
    return this.#options.store.countEvents();
  }

  /** The oldest events that wait, as many as go out together; `null` when none does. */
  nextBatch(): EventBatch | null {
    const { store, bootId } = this.#options;
    const events = fitting(store.pendingEvents(EVENTS_PER_BATCH));
    if (events.length === 0) return null;
    const lost = lostBefore(events, store.acknowledgedSeq());
    return { schema: EVENTS_SCHEMA, boot_id: bootId, events, ...(lost === null ? {} : { lost }) };
  }

  /** The broker has taken the batch. */
  acknowledge({ events }: EventBatch): void {
    const last = events.at(-1);
    if (last === undefined) return;
    this.#options.store.acknowledgeEvents(last.seq);
    if (this.count() === 0) this.#heldSinceMs = null;
  }

  #now(): string {
    return this.#options.clock.wallTime().toISOString();
  }
}

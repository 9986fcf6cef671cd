// The loop that publishes what waits to be told, as soon as a broker takes it.
// Tested in test/agent/report/reporter.test.ts.

import { Waker } from '../../lib/time/waker.ts';
import { formatTopic, type Topic } from '../../protocol/topics.ts';
import { wellFormedJson } from '../../protocol/values/text.ts';
import type { HeldReplies } from '../notices/held-replies.ts';
import type { Replies } from '../ports/store.ts';
import { type DeviceStateSources, readDeviceState } from './device-state.ts';
import type { EventOutbox } from './event-outbox.ts';
import { fitStatus } from './fit-status.ts';
import { Pace } from './pace.ts';
import type { ToldStatuses } from './told-statuses.ts';

/** After a failed publish the connection is about to end; a short pause keeps this from spinning. */
const FAILED_PAUSE_MS = 1000;

export type Publish = (topic: string, payload: string, options: { retain: boolean }) => Promise<boolean>;

/** Is told each time that the reports have gone round. */
export interface Round {
  turned(): void;
}

export interface DeliveryOptions extends DeviceStateSources {
  readonly store: Replies;
  /** Replies with their answers. */
  readonly held: Pick<HeldReplies, 'inPlaceOf' | 'drop'>;
  readonly topicPrefix: string;
  readonly stateIntervalMs: number;
  /** The longest that a round may wait. */
  readonly maxWaitMs: number;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #statuses: ToldStatuses;
  readonly #events: EventOutbox;
  readonly #waker: Waker;
  readonly #pace = new Pace();
  #lastStateMs = Number.NEGATIVE_INFINITY;
  #isStateDue = true;
  #publish: Publish | null = null;

  constructor(options: DeliveryOptions, statuses: ToldStatuses, events: EventOutbox) {
    this.#options = options;
    this.#statuses = statuses;
    this.#events = events;
    this.#waker = new Waker(options.clock);
  }

  /** Something new waits to be delivered. */
  wake(): void {
    this.#waker.wake();
  }

  /** The device state has changed, and is told at once. */
  tellState(): void {
    this.#isStateDue = true;
    this.#waker.wake();
  }

  /** `null` when no broker can be reached. */
  setPublish(publish: Publish | null): void {
    this.#publish = publish;
  }

  /**
   * Delivers until `signal` aborts, then writes what is held. Tells `round` at least every `maxWaitMs`: the watchdog counts
   * on it. Rejects with what that throws.
   */
  async run(signal: AbortSignal, round: Round): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#deliver();
      this.#events.writeOld();
      round.turned();
      await this.#waker.wait(Math.min(waitMs, this.#options.maxWaitMs), signal);
    }
    this.#events.writeHeld();
  }

  /** Answers with how long the next round may wait. */
  async #deliver(): Promise<number> {
    if (this.#publish === null) return this.#options.maxWaitMs;
    // One after the other, and each though another failed: a topic that the broker forbids holds up no other. Of
    // the events one batch at a time, so that whatever is new overtakes the backlog.
    let isAllTold = await this.#deliverReplies();
    isAllTold = (await this.#deliverStatuses()) && isAllTold;
    isAllTold = (await this.#deliverState()) && isAllTold;
    const waitMs = await this.#deliverEvents();
    return isAllTold ? waitMs : Math.min(waitMs, FAILED_PAUSE_MS);
  }

  async #deliverReplies(): Promise<boolean> {
    const { store, held, device } = this.#options;
    for (const stored of store.pendingReplies()) {
      const { id } = stored;
      const reply = held.inPlaceOf(stored);
      if (!(await this.#send({ kind: 'reply', device, id }, reply, false))) return false;
      store.markReplyDelivered(id);
      held.drop(id);
    }
    return true;
  }

  async #deliverStatuses(): Promise<boolean> {
    const { device } = this.#options;
    let isAllTold = true;
    for (const status of this.#statuses.undelivered()) {
      const topic: Topic = { kind: 'status', device, name: status.deployment };
      if (await this.#send(topic, fitStatus(status), true)) this.#statuses.markDelivered(status);
      else isAllTold = false;
    }
    return isAllTold;
  }

  async #deliverState(): Promise<boolean> {
    const { clock, stateIntervalMs, device } = this.#options;
    const isOld = clock.monotonicMs() - this.#lastStateMs >= stateIntervalMs;
    if (!this.#isStateDue && !isOld) return true;
    this.#isStateDue = false;
    const isTold = await this.#send({ kind: 'state', device }, readDeviceState(this.#options), true);
    if (isTold) this.#lastStateMs = clock.monotonicMs();
    else this.#isStateDue = true;
    return isTold;
  }

  /** One batch, if it is time. Answers with how long the next has to wait. */
  async #deliverEvents(): Promise<number> {
    const { clock, device, maxWaitMs } = this.#options;
    const batch = this.#events.nextBatch();
    if (batch === null) return maxWaitMs;
    const waitMs = this.#pace.waitMs(clock.monotonicMs());
    if (waitMs > 0) return waitMs;
    this.#pace.spend(Buffer.byteLength(JSON.stringify(batch)), clock.monotonicMs());
    if (!(await this.#send({ kind: 'events', device }, batch, false))) return FAILED_PAUSE_MS;
    this.#events.acknowledge(batch);
    return 0;
  }

  async #send(topic: Topic, payload: object, retain: boolean): Promise<boolean> {
    if (this.#publish === null) return false;
    // Last of all, as texts in it come from services, registries and engines.
    const text = wellFormedJson(payload);
    return this.#publish(formatTopic(this.#options.topicPrefix, topic), text, { retain });
  }
}

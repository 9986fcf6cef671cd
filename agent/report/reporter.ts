// Reports: what is to be told goes into the store, and out as soon as a broker takes it.
import type { NewEvent } from '../../protocol/reports/events.ts';
import type { BriefFinding } from '../../protocol/reports/finding.ts';
import type { StatusBody } from '../model/decision.ts';
import type { AgentState } from '../notices/agent-state.ts';
import type { Notices } from '../notices/notices.ts';
import type { Source, Statuses } from '../ports/store.ts';
import { Delivery, type DeliveryOptions, type Round } from './delivery.ts';
import { EventOutbox, type EventOutboxOptions } from './event-outbox.ts';
import { ToldStatuses, type ToldStatusesOptions } from './told-statuses.ts';

export type ReporterOptions = DeliveryOptions &
  EventOutboxOptions & { readonly state: AgentState; readonly notices: Pick<Notices, 'subscribe'> } & Pick<
    ToldStatusesOptions,
    'store'
  >;

export class Reporter {
  readonly #store: Pick<Statuses, 'pendingStatuses'>;
  readonly #statuses: ToldStatuses;
  readonly #events: EventOutbox;
  readonly #delivery: Delivery;

  constructor(options: ReporterOptions) {
    const { store, clock } = options;
    this.#store = store;
    this.#statuses = new ToldStatuses({ store, clock, state: options.state.statuses });
    this.#events = new EventOutbox(options);
    this.#delivery = new Delivery(options, this.#statuses, this.#events);
    this.#watch(options.state);
    this.#hear(options.notices);
  }

  #hear(notices: ReporterOptions['notices']): void {
    notices.subscribe('event', ({ event }) => this.addEvents([event]));
    notices.subscribe('sample', ({ sample }) => {
      this.#events.hold(sample);
      this.wake();
    });
    notices.subscribe('command_answered', () => this.wake());
  }

  #watch({ engine, clock, line, statuses, findings }: AgentState): void {
    statuses.watch((now, before) => {
      const news = [...now.values()].filter((status) => before.get(status.deployment) !== status);
      if (news.length > 0) this.wake();
      if (news.some(({ deployment, phase }) => before.get(deployment)?.phase !== phase)) this.reportState();
    });
    findings.watch((now, before) => {
      if (idsOf(now) !== idsOf(before)) this.reportState();
    });
    engine.watch((now, before) => {
      if (now.facts !== before.facts) this.reportState();
    });
    clock.watch(({ lastJump }, before) => {
      if (lastJump !== null && lastJump !== before.lastJump)
        this.addEvents([{ type: 'clock_jumped', by_ms: lastJump.byMs }]);
      this.reportState();
    });
    line.watch((now) => {
      this.#delivery.setPublish(now === null ? null : (...message) => now.publish(...message));
      // Retained topics are written anew, and the outbox empties.
      if (now !== null) this.reportAll();
    });
  }

  reportStatus(deployment: string, source: Source, body: StatusBody): void {
    this.#statuses.report(deployment, source, body);
  }

  /** A document was refused: the status says so, and is otherwise as it was. */
  reportRefusal(deployment: string): void {
    this.#statuses.reportRefusal(deployment);
  }

  /** Tells nothing more of a deployment; its last status stays at the broker. */
  forget(deployment: string): void {
    this.#statuses.forget(deployment);
  }

  addEvents(events: readonly NewEvent[]): void {
    if (events.length === 0) return;
    this.#events.add(events);
    this.wake();
  }

  /** Something waits in the store to be delivered. */
  wake(): void {
    this.#delivery.wake();
  }

  /** Tells everything anew: statuses and the device state. */
  reportAll(): void {
    this.#statuses.repeatAll();
    this.reportState();
  }

  /** The device state has changed, and is told at once. */
  reportState(): void {
    this.#delivery.tellState();
  }

  pending(): { events: number; statuses: number } {
    return { events: this.#events.count(), statuses: this.#store.pendingStatuses().length };
  }

  /** As `Delivery.run`. */
  run(signal: AbortSignal, round: Round): Promise<void> {
    return this.#delivery.run(signal, round);
  }
}

/** Their words may change without being told at once. */
function idsOf(findings: readonly BriefFinding[]): string {
  return findings.map(({ id, severity }) => `${severity} ${id}`).join('\n');
}

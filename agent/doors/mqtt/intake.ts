// Intake: from a message to a stored document, a told refusal or a command. Nothing is acknowledged before it
// is stored.

import type { IncomingMessage } from '../../../lib/mqtt/message.ts';
import type { Logger } from '../../../lib/program/logger.ts';
import type { Clock } from '../../../lib/time/clock.ts';
import type { NewEvent } from '../../../protocol/reports/events.ts';
import type { ReasonCode } from '../../../protocol/reports/reasons.ts';
import { type Addressee, formatAddressee, parseTopic } from '../../../protocol/topics.ts';
import { NAME_PATTERN } from '../../../protocol/values/names.ts';
import { cutText } from '../../../protocol/values/text.ts';
import type { DocumentIntake, Taken } from '../../intake/document-intake.ts';
import { type NewRefusal, revisionOf } from '../../intake/judge-document.ts';
import { type Refusals, type Source, StoreBlocked } from '../../ports/store.ts';
import { ToldRefusals } from './told-refusals.ts';

export interface IntakeOptions {
  readonly store: Refusals;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly device: string;
  readonly groups: readonly string[];
  readonly topicPrefix: string;
  readonly next: IntakeNext;
}

/**
 * Who is told of what came. They are asked and not told by a notice: what they throw leaves the message unacknowledged, so
 * that it comes again.
 */
export interface IntakeNext {
  readonly commands: { receive(id: string, payload: Uint8Array): void };
  readonly documents: Pick<DocumentIntake, 'take'>;
  readonly reports: {
    reportRefusal(deployment: string): void;
    addEvents(events: readonly NewEvent[]): void;
  };
  /** What Home Assistant sends; `false` where a message is none of that. Default: nobody takes it. */
  readonly homeAssistant?: { receive(message: IncomingMessage): boolean };
}

/** Where a document came from, and what it is called there. */
interface Arrival {
  readonly source: Source;
  readonly name: string;
  readonly topic: string;
  readonly isRetained: boolean;
}

export class Intake {
  readonly #options: IntakeOptions;
  readonly #told = new ToldRefusals();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Takes one message. Throws when the store or `onCommand` does, and the message must then not be acknowledged. */
  receive(message: IncomingMessage): void {
    const { topic, payload, isRetained } = message;
    const parsed = parseTopic(this.#options.topicPrefix, topic);
    if (parsed?.kind === 'deployment' && this.#isForUs(parsed.to)) {
      this.#receiveDocument({ source: sourceOf(parsed.to), name: parsed.name, topic, isRetained }, payload);
    } else if (parsed?.kind === 'command' && parsed.device === this.#options.device) {
      this.#options.next.commands.receive(parsed.id, payload);
    } else if (this.#options.next.homeAssistant?.receive(message) !== true) {
      this.#options.logger.debug({ topic }, 'message ignored');
    }
  }

  #isForUs(to: Addressee): boolean {
    const { device, groups } = this.#options;
    return to.kind === 'device' ? to.device === device : groups.includes(to.group);
  }

  #receiveDocument(arrival: Arrival, payload: Uint8Array): void {
    const { source, name } = arrival;
    if (!NAME_PATTERN.test(name)) {
      this.#refuseName(arrival);
      return;
    }
    if (payload.byteLength === 0) {
      // A broker's "cleared". Only a document that says "absent" removes.
      this.#tell({
        type: 'document_cleared',
        deployment: name,
        source,
        message: 'ignored: nothing changes',
      });
      return;
    }
    const taken = this.#take(arrival, payload);
    if (taken.kind === 'accepted') this.#told.forget(arrival.topic);
    if (taken.kind === 'refused') this.#refuse(arrival, taken.refusal);
  }

  /** Not acknowledged, it is sent again until the disk takes it. */
  #take(arrival: Arrival, payload: Uint8Array): Taken {
    try {
      return this.#options.next.documents.take(arrival, payload);
    } catch (error) {
      if (error instanceof StoreBlocked) this.#refuse(arrival, blocked(payload, error));
      throw error;
    }
  }

  /** There is no status topic for a name that is none, so an event answers. */
  #refuseName({ source, name, topic, isRetained }: Arrival): void {
    const code: ReasonCode = 'bad_name';
    const refusal = { code, message: `"${cutText(name, 80)}" is no deployment name` };
    if (isRetained && this.#told.isTold(topic, refusal)) return;
    this.#tell({ type: 'document_refused', source, ...refusal });
    this.#told.note(topic, refusal);
  }

  /** A document that the broker keeps comes with every subscription: it is told, and written, once. */
  #refuse(arrival: Arrival, refusal: NewRefusal): void {
    const { name, topic, isRetained } = arrival;
    // Another source's refusal may have taken its place in the store.
    if (isRetained && this.#told.isTold(topic, refusal)) return;
    const { at: _at, ...before } = this.#options.store.readRefusal(name) ?? { at: null };
    if (JSON.stringify(before) !== JSON.stringify(refusal)) this.#tellRefusal(arrival, refusal);
    this.#told.note(topic, refusal);
  }

  #tellRefusal({ source, name }: Arrival, refusal: NewRefusal): void {
    const { store, clock, logger, next } = this.#options;
    store.writeRefusal(name, { ...refusal, at: clock.wallTime().toISOString() });
    logger.warn({ deployment: name, source, ...refusal }, 'document refused');
    this.#tell({ type: 'document_refused', deployment: name, source, ...refusal });
    next.reports.reportRefusal(name);
  }

  #tell(event: NewEvent): void {
    this.#options.next.reports.addEvents([event]);
  }
}

function blocked(payload: Uint8Array, { code, message, hint }: StoreBlocked): NewRefusal {
  return { revision: revisionOf(payload), code, path: '', message: `${message}; ${hint}` };
}

function sourceOf(to: Addressee): Source {
  return to.kind === 'device' ? 'device' : formatAddressee(to);
}

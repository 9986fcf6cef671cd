// From a document, whoever brought it, to one that is stored and followed. The one way in: over MQTT and from a file.
// Tested in test/agent/operations/apply.test.ts.
import type { Logger } from '../../lib/program/logger.ts';
import type { NewEvent } from '../../protocol/reports/events.ts';
import type { Documents, Origin } from '../ports/store.ts';
import { judgeArrival } from './judge-arrival.ts';
import type { Addressed, Judgement, NewRefusal } from './judge-document.ts';

export interface DocumentIntakeOptions {
  readonly store: Documents;
  readonly logger: Logger;
  /** The loops of deployments. */
  readonly loops: { follow(deployment: string): void };
  readonly reports: { addEvents(events: readonly NewEvent[]): void };
}

export interface Arrival extends Addressed {
  /** Left out: it came from the fleet. */
  readonly origin?: Origin;
}

/** What became of it. Of a refusal nothing is told: whom to tell depends on who brought it. */
export type Taken =
  | { readonly kind: 'accepted'; readonly revision: number; readonly hash: string }
  /** It is there already: nothing changes. */
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly refusal: NewRefusal };

export class DocumentIntake {
  readonly #options: DocumentIntakeOptions;

  constructor(options: DocumentIntakeOptions) {
    this.#options = options;
  }

  /**
   * Judges the payload, and stores, tells and follows what is good. Throws what the store does, `StoreBlocked`
   * where the disk takes nothing: then nothing is changed.
   */
  take(arrival: Arrival, payload: Uint8Array): Taken {
    const judgement = judgeArrival(this.#options.store, arrival, payload);
    return judgement.kind === 'accepted' ? this.#accept(arrival, judgement) : judgement;
  }

  #accept({ source, name, origin }: Arrival, judged: Judgement & { kind: 'accepted' }): Taken {
    const { store, logger, loops, reports } = this.#options;
    const { hash, document } = judged.deployment;
    const named = { source, revision: document.revision, hash, ...(origin && { origin }) };
    store.acceptDocument({ deployment: name, ...named, body: judged.body });
    logger.info({ deployment: name, ...named }, 'document accepted');
    reports.addEvents([{ type: 'document_accepted', deployment: name, ...named }]);
    loops.follow(name);
    return { kind: 'accepted', revision: document.revision, hash };
  }
}

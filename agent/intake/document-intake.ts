// From a document, whoever brought it, to one that is stored and followed. The one way in: over MQTT and from a file.
// Tested in test/agent/operations/apply.test.ts.
import type { Logger } from '../../lib/program/logger.ts';
import type { NewEvent } from '../../protocol/reports/events.ts';
import type { Documents, Origin } from '../ports/store.ts';
import { type Addressed, type Judgement, judgeDocument, type NewRefusal } from './judge-document.ts';

/** Each has a loop, containers and a status: more than a device can look after. */
const MAX_DEPLOYMENTS = 64;

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
    const { source, name } = arrival;
    const { store } = this.#options;
    const accepted = store.acceptedRevisions(name).find((document) => document.source === source);
    const judgement = judgeDocument({ source, name }, payload, accepted);
    if (judgement.kind !== 'accepted') return judgement;
    if (this.#hasRoomFor(name)) return this.#accept(arrival, judgement);
    return { kind: 'refused', refusal: tooMany(judgement.deployment.document.revision) };
  }

  #hasRoomFor(name: string): boolean {
    const active = this.#options.store.activeDeployments();
    return active.length < MAX_DEPLOYMENTS || active.includes(name);
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

function tooMany(revision: number): NewRefusal {
  const message = `this device has ${MAX_DEPLOYMENTS} deployments already; remove one, then publish this again`;
  return { revision, code: 'too_many_deployments', path: 'name', message };
}

import type { Clock } from '../../lib/time/clock.ts';
import { type Applied, apply } from '../../protocol/operations/apply.ts';
import { NAME_PATTERN } from '../../protocol/values/names.ts';
import type { DocumentIntake } from '../intake/document-intake.ts';
import { type NewRefusal, nameIn } from '../intake/judge-document.ts';
import { numberDocument } from '../intake/number-document.ts';
import type { Publisher } from '../notices/notices.ts';
import {
  type AcceptedDocument,
  type AcceptedRevision,
  type Documents,
  StoreBlocked,
} from '../ports/store.ts';
import { type Offer, offer, type Refused } from './offer.ts';

export interface ApplyTargets {
  readonly documents: Pick<DocumentIntake, 'take'>;
  readonly store: Pick<Documents, 'acceptedRevisions' | 'documentBody'>;
  readonly clock: Pick<Clock, 'wallTime'>;
  readonly notices: Publisher;
  readonly groups: readonly string[];
}

/** What is refused is answered, and told upstream as an event: the status keeps what the fleet itself was refused. */
export function offerApply(targets: ApplyTargets): Offer<Applied> {
  return offer(apply, async ({ document }) => {
    const { documents, clock } = targets;
    const given = Buffer.from(document);
    // With none it is refused by its schema.
    const name = nameIn(given) ?? '';
    const before = ownOf(name, targets);
    const payload = numberDocument(given, { accepted: withBody(before, targets), now: clock.wallTime() });
    try {
      const taken = documents.take({ name, source: 'device', origin: 'local' }, payload);
      if (taken.kind === 'refused') return refused(taken.refusal, name, targets);
    } catch (error) {
      if (!(error instanceof StoreBlocked)) throw error;
      return { kind: 'failed', code: error.code, message: `${error.message}; ${error.hint}` };
    }
    return { kind: 'accepted', answer: answerOf(name, before, targets) };
  });
}

function ownOf(name: string, { store }: ApplyTargets): AcceptedRevision | null {
  return store.acceptedRevisions(name).find(({ source }) => source === 'device') ?? null;
}

function withBody(own: AcceptedRevision | null, { store }: ApplyTargets): AcceptedDocument | null {
  const body = own === null ? null : store.documentBody(own.hash);
  return own === null || body === null ? null : { ...own, body };
}

function answerOf(name: string, before: AcceptedRevision | null, targets: ApplyTargets): Applied {
  const now = ownOf(name, targets);
  if (now === null) throw new Error('a document that was taken is stored');
  const { revision, hash } = now;
  const isNew = before === null || hash !== before.hash || revision !== before.revision;
  const sources = targets.store.acceptedRevisions(name).map(({ source }) => source);
  const groups = targets.groups.map((group) => `groups/${group}`);
  return {
    ...{ deployment: name, revision, hash, is_new: isNew },
    replaces:
      before === null || !isNew ? null : { revision: before.revision, origin: before.origin ?? 'fleet' },
    hides: groups.find((group) => sources.includes(group)) ?? null,
  };
}

function refused(refusal: NewRefusal, name: string, { notices }: ApplyTargets): Refused {
  const { code, path, message } = refusal;
  const deployment = NAME_PATTERN.test(name) ? { deployment: name } : {};
  const whose = { source: 'device', origin: 'local', ...deployment } as const;
  notices.publish({ kind: 'event', event: { type: 'document_refused', ...whose, ...refusal } });
  // Faults of a schema begin with their paths already.
  const place = path === '' || message.startsWith(path) ? '' : `${path}: `;
  return { kind: 'refused', code, message: `refused: ${place}${message}` };
}

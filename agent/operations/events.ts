import type { Clock } from '../../lib/time/clock.ts';
import { events } from '../../protocol/operations/events.ts';
import { sinceMs } from '../../protocol/operations/stream-args.ts';
import type { Event } from '../../protocol/reports/events.ts';
import { type EventJournal, StoreBlocked } from '../ports/store.ts';
import { type Offer, offer } from './offer.ts';

const DEFAULT_TAIL = 100;
/** More than the journal holds. */
const ALL = 2000;
const LOOK_MS = 1000;
/** What a look reads: more than a device tells in a second. */
const LOOK_AT = 50;

export interface EventSources {
  readonly journal: EventJournal;
  readonly clock: Clock;
}

/** Follows by looking at the journal again: an event has its number only there. */
export function offerEvents(sources: EventSources): Offer<Event> {
  return offer(events, async ({ follow = false, since, tail = DEFAULT_TAIL }, signal) => {
    const fromMs = since === undefined ? Number.NEGATIVE_INFINITY : sinceMs(since, sources.clock.wallTime());
    const all = readFrom(sources.journal, ALL);
    if (all === null)
      return { kind: 'failed', code: 'store_blocked', message: 'the disk of data_dir gives nothing' };
    const chosen = all.filter(({ at }) => Date.parse(at) >= fromMs);
    const shown = tail === 0 ? [] : chosen.slice(-tail);
    const lastSeq = all.at(-1)?.seq ?? 0;
    return { kind: 'stream', items: follow ? followed(sources, { shown, lastSeq, signal }) : listed(shown) };
  });
}

async function* listed(items: readonly Event[]): AsyncGenerator<Event> {
  yield* items;
}

async function* followed(
  { journal, clock }: EventSources,
  from: { readonly shown: readonly Event[]; readonly lastSeq: number; readonly signal: AbortSignal },
): AsyncGenerator<Event> {
  yield* from.shown;
  let { lastSeq } = from;
  while (!from.signal.aborted) {
    await clock.sleep(LOOK_MS, from.signal);
    for (const event of newerThan(journal, lastSeq)) {
      lastSeq = event.seq;
      yield event;
    }
  }
}

function newerThan(journal: EventJournal, lastSeq: number): Event[] {
  const newer = ({ seq }: Event): boolean => seq > lastSeq;
  const newest = readFrom(journal, LOOK_AT) ?? [];
  const isMore = newest.length > 0 && newest.every(newer);
  return (isMore ? (readFrom(journal, ALL) ?? []) : newest).filter(newer);
}

/** The oldest first; `null` while the disk gives nothing. */
function readFrom(journal: EventJournal, limit: number): Event[] | null {
  try {
    return journal
      .newest(limit)
      .filter(({ type }) => type !== 'sample')
      .toReversed();
  } catch (error) {
    if (error instanceof StoreBlocked) return null;
    throw error;
  }
}

import { expect, test } from 'vitest';
import { offerEvents } from '../../../agent/operations/events.ts';
import { StoreBlocked } from '../../../agent/ports/store.ts';
import type { Event } from '../../../protocol/reports/events.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

const clock = new VirtualClock();
const at = (secondsAgo: number) => new Date(clock.wallTime().getTime() - secondsAgo * 1000).toISOString();
const event = (seq: number, secondsAgo: number, type = 'agent_started'): Event => ({
  ...{ seq, at: at(secondsAgo), type },
});

function journalOf(events: Event[]) {
  return { newest: (limit: number) => events.toReversed().slice(0, limit) };
}

async function ask(events: Event[], args: object = {}, signal = new AbortController().signal) {
  const outcome = await offerEvents({ journal: journalOf(events), clock }).ask({ ...args }, signal);
  if (outcome.kind !== 'stream') return outcome;
  const seqs: number[] = [];
  for await (const { seq } of outcome.items) seqs.push(seq);
  return seqs;
}

const FOUR = [event(1, 7200), event(2, 600), event(3, 300, 'sample'), event(4, 10)];

test('the newest are told, the oldest first, and no samples', async () => {
  expect(await ask(FOUR)).toEqual([1, 2, 4]);
  expect(await ask(FOUR, { tail: '1' })).toEqual([4]);
  expect(await ask(FOUR, { tail: 0 })).toEqual([]);
});

test('since is a duration or a time', async () => {
  expect(await ask(FOUR, { since: '1h' })).toEqual([2, 4]);
  expect(await ask(FOUR, { since: at(60) })).toEqual([4]);
  expect(await ask(FOUR, { since: 'yesterday' })).toMatchObject({ kind: 'invalid' });
});

test('what comes later is told once, until it ends', async () => {
  const events = [event(1, 10)];
  const ending = new AbortController();
  const outcome = await offerEvents({ journal: journalOf(events), clock }).ask(
    { follow: 'true' },
    ending.signal,
  );
  if (outcome.kind !== 'stream') throw new Error(outcome.kind);
  const items = outcome.items[Symbol.asyncIterator]();
  expect(await items.next()).toMatchObject({ value: { seq: 1 } });
  const next = items.next();
  // More at once than a look reads first.
  events.push(...Array.from({ length: 80 }, (_, index) => event(index + 2, 0)));
  await clock.advance(1000);
  expect(await next).toMatchObject({ value: { seq: 2 } });
  for (let seq = 3; seq <= 81; seq += 1) expect(await items.next()).toMatchObject({ value: { seq } });
  const last = items.next();
  ending.abort();
  expect(await last).toMatchObject({ done: true });
});

test('a disk that gives nothing is told', async () => {
  const journal = {
    newest: () => {
      throw new StoreBlocked('data_dir_io_error');
    },
  };
  const outcome = await offerEvents({ journal, clock }).ask({}, new AbortController().signal);
  expect(outcome).toMatchObject({ kind: 'failed', code: 'store_blocked' });
});

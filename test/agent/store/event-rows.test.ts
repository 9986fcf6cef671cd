import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitting, lostBefore } from '../../../agent/report/event-batch.ts';
import { openDatabase } from '../../../agent/store/database.ts';
import { EventRows } from '../../../agent/store/event-rows.ts';
import { migrations } from '../../../agent/store/migrations.ts';
import { someEvent, someSample, someStep } from '../../fakes/some-event.ts';

const AT = '2026-11-23T10:00:00.000Z';
const MIB = 1024 ** 2;

/** One of each importance, the least first. */
const EVENT = { sample: someSample, start_container: someStep, service_failed: someEvent };
const KINDS = ['sample', 'start_container', 'service_failed'] as const;
type Kind = (typeof KINDS)[number];

/** An outbox of its own, and a receiver that notes what comes of it. */
class Outbox {
  readonly #db = openDatabase(':memory:');
  readonly #capBytes: number;
  rows: EventRows;
  /** Numbers that came, in order. */
  readonly told: number[] = [];
  /** Numbers between the ends of a mark. */
  readonly marked = new Set<number>();

  constructor(capBytes: number) {
    for (const sql of migrations) this.#db.exec(sql);
    this.#capBytes = capBytes;
    this.rows = new EventRows(this.#db, capBytes);
  }

  append(type: Kind, text = ''): void {
    this.rows.appendEvents([EVENT[type](text)], AT);
  }

  /** The process is killed, and the next one opens what it left. */
  kill(): void {
    this.rows = new EventRows(this.#db, this.#capBytes);
  }

  /** As a worn card changes the body of one that is stored, or another version of the agent wrote it. */
  overwrite(seq: number, body: string): void {
    this.#db.run('UPDATE events SET body = ? WHERE seq = ?', body, seq);
  }

  /** One batch to a broker that takes it, or does not; `false` when nothing was left. */
  deliver(isTaken = true): boolean {
    const events = fitting(this.rows.pendingEvents(50));
    const last = events.at(-1);
    if (last === undefined) return false;
    if (!isTaken) return true;
    const lost = lostBefore(events, this.rows.acknowledgedSeq());
    for (let seq = lost?.from ?? 1; seq <= (lost?.to ?? 0); seq += 1) this.marked.add(seq);
    this.told.push(...events.map(({ seq }) => seq));
    this.rows.acknowledgeEvents(last.seq);
    return true;
  }

  deliverAll(): void {
    while (this.deliver());
  }
}

type Move =
  | { readonly kind: 'append' | 'hold'; readonly type: Kind; readonly length: number }
  | { readonly kind: 'deliver'; readonly isTaken: boolean }
  | { readonly kind: 'write' }
  | { readonly kind: 'kill' };

const eventParts = {
  type: fc.constantFrom(...KINDS),
  length: fc.integer({ min: 0, max: 900 }),
};
const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('append'), ...eventParts }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('hold'), ...eventParts }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('deliver'), isTaken: fc.boolean() }) },
    fc.record({ kind: fc.constant('write') }),
    fc.record({ kind: fc.constant('kill') }),
  ) satisfies fc.Arbitrary<Move>,
  { maxLength: 150 },
);

function play(outbox: Outbox, move: Move): void {
  if (move.kind === 'append') outbox.append(move.type, 'x'.repeat(move.length));
  else if (move.kind === 'hold') outbox.rows.holdEvent(EVENT[move.type]('x'.repeat(move.length)), AT);
  else if (move.kind === 'deliver') outbox.deliver(move.isTaken);
  else if (move.kind === 'write') outbox.rows.writeHeldEvents();
  else outbox.kill();
}

test('whatever comes, every number is told once and in order or is marked as lost, within the bytes', () => {
  fc.assert(
    fc.property(moves, fc.integer({ min: 0, max: 6000 }), (played, capBytes) => {
      const outbox = new Outbox(capBytes);
      for (const move of played) {
        play(outbox, move);
        expect(outbox.rows.storedBytes).toBeLessThanOrEqual(capBytes);
      }
      outbox.deliverAll();
      // Whatever was lost last is told with the next that is not.
      outbox.rows.holdEvent(someEvent(), AT);
      outbox.deliverAll();
      expect(outbox.told).toEqual([...new Set(outbox.told)].toSorted((a, b) => a - b));
      const told = new Set(outbox.told);
      const last = outbox.told.at(-1) ?? 0;
      for (let seq = 1; seq <= last; seq += 1) expect(told.has(seq) || outbox.marked.has(seq)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('without a lack of room and without a kill nothing is marked as lost', () => {
  fc.assert(
    fc.property(moves, (played) => {
      const outbox = new Outbox(MIB);
      for (const move of played) if (move.kind !== 'kill') play(outbox, move);
      outbox.deliverAll();
      expect(outbox.marked.size).toBe(0);
    }),
    { numRuns: 100 },
  );
});

test('samples that were told from memory are not marked as lost after a stop', () => {
  const outbox = new Outbox(MIB);
  outbox.rows.holdEvent(someSample(''), AT);
  outbox.deliverAll();
  outbox.rows.writeHeldEvents();
  outbox.kill();
  outbox.append('service_failed');
  outbox.deliverAll();
  expect(outbox.told).toEqual([1, 2]);
  expect(outbox.marked.size).toBe(0);
});

test('what a process wrote is counted by the next as it was', () => {
  const outbox = new Outbox(MIB);
  for (const type of KINDS) outbox.append(type, 'ü'.repeat(100));
  const { storedBytes } = outbox.rows;
  outbox.kill();
  expect(outbox.rows.storedBytes).toBe(storedBytes);
  outbox.deliverAll();
  expect(outbox.rows.storedBytes).toBe(0);
});

describe('past the cap', () => {
  const typesIn = (outbox: Outbox): string[] => outbox.rows.pendingEvents(10_000).map(({ type }) => type);

  test('samples go before steps, steps before transitions, of each the oldest first', () => {
    const outbox = new Outbox(3000);
    const count = (type: Kind): number => typesIn(outbox).filter((there) => there === type).length;
    for (let n = 0; n < 4; n += 1) for (const type of KINDS.toReversed()) outbox.append(type, 'x'.repeat(80));
    for (let added = 1; added <= 30; added += 1) {
      outbox.append('service_failed', 'x'.repeat(80));
      if (count('start_container') < 4) expect(count('sample')).toBe(0);
      if (count('service_failed') < 4 + added) expect(count('start_container')).toBe(0);
    }
    expect(count('service_failed')).toBeLessThan(34);
    expect(outbox.rows.pendingEvents(1)[0]?.seq).toBeGreaterThan(12);
  });

  test('a sample finds no room that only transitions could give', () => {
    const outbox = new Outbox(2000);
    for (let n = 0; n < 30; n += 1) outbox.append('service_failed', 'x'.repeat(80));
    const before = typesIn(outbox);
    outbox.append('sample', 'x'.repeat(80));
    expect(typesIn(outbox)).toEqual(before);
  });

  test('an event that is larger than all of it is lost, and that is told', () => {
    const outbox = new Outbox(1000);
    outbox.append('service_failed', 'x'.repeat(2000));
    outbox.append('service_failed');
    outbox.deliverAll();
    expect(outbox.told).toEqual([2]);
    expect([...outbox.marked]).toEqual([1]);
  });
});

test('samples past half of the cap are thinned, the coarser the older, and reach back to the first', () => {
  const outbox = new Outbox(100_000);
  for (let n = 0; n < 5000; n += 1) outbox.append('sample', 'x'.repeat(80));
  const seqs = outbox.rows.pendingEvents(10_000).map(({ seq }) => seq);
  expect(outbox.rows.storedBytes).toBeLessThanOrEqual(50_000);
  expect(seqs[0]).toBe(1);
  expect(seqs.at(-1)).toBe(5000);
  const gapAt = (index: number): number => (seqs[index + 1] ?? 0) - (seqs[index] ?? 0);
  expect(gapAt(seqs.length - 2)).toBe(1);
  expect(gapAt(0)).toBeGreaterThan(gapAt(Math.floor(seqs.length / 2)));
});

describe('held events', () => {
  test('are told without having been written', () => {
    const outbox = new Outbox(MIB);
    for (let n = 0; n < 5; n += 1) outbox.rows.holdEvent(someSample(), AT);
    expect(outbox.rows.storedBytes).toBe(0);
    expect(outbox.rows.countEvents()).toBe(5);
    outbox.deliverAll();
    expect(outbox.told).toEqual([1, 2, 3, 4, 5]);
  });

  test('are written with the next event, in order', () => {
    const outbox = new Outbox(MIB);
    outbox.rows.holdEvent(someSample(), AT);
    outbox.append('service_failed');
    outbox.kill();
    expect(outbox.rows.pendingEvents(10).map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'sample'],
      [2, 'service_failed'],
    ]);
  });

  test('that a kill took are marked, and their numbers are given to no other', () => {
    const outbox = new Outbox(MIB);
    for (let n = 0; n < 3; n += 1) outbox.rows.holdEvent(someSample(), AT);
    outbox.deliver();
    outbox.rows.holdEvent(someSample(), AT);
    outbox.kill();
    outbox.append('service_failed');
    outbox.deliverAll();
    expect(outbox.told.slice(0, 3)).toEqual([1, 2, 3]);
    expect(outbox.told.at(-1)).toBeGreaterThan(4);
    expect(outbox.marked.has(4)).toBe(true);
  });

  test('leave no gap behind when they were written before the end', () => {
    const outbox = new Outbox(MIB);
    outbox.rows.holdEvent(someSample(), AT);
    outbox.rows.writeHeldEvents();
    outbox.kill();
    outbox.append('service_failed');
    outbox.deliverAll();
    expect(outbox.told).toEqual([1, 2]);
  });

  test('are written once they are many', () => {
    const outbox = new Outbox(MIB);
    for (let n = 0; n < 1000; n += 1) outbox.rows.holdEvent(someSample(), AT);
    outbox.kill();
    expect(outbox.rows.countEvents()).toBeGreaterThanOrEqual(900);
  });
});

describe('a stored event that cannot be read', () => {
  test.for([
    ['that is no JSON', '{"type":"service_fai'],
    ['that is no object', '7'],
    ['without a type', '{"deployment":"line"}'],
    ['with a type that is no text', '{"type":7}'],
    ['of a newer shape', '{"v":2,"type":"service_failed"}'],
  ] as const)('%s is passed over, and marked as lost', ([, body]) => {
    const outbox = new Outbox(MIB);
    for (let n = 0; n < 3; n += 1) outbox.append('service_failed');
    outbox.overwrite(2, body);
    expect(outbox.rows.newest(10).map(({ seq }) => seq)).toEqual([3, 1]);
    outbox.deliverAll();
    expect(outbox.told).toEqual([1, 3]);
    expect([...outbox.marked]).toEqual([2]);
    expect(outbox.rows.countEvents()).toBe(0);
  });

  test('holds up none behind it, however many there are', () => {
    const outbox = new Outbox(MIB);
    for (let n = 0; n < 200; n += 1) outbox.append('service_failed');
    for (let seq = 1; seq < 200; seq += 1) outbox.overwrite(seq, 'x');
    outbox.deliverAll();
    expect(outbox.told).toEqual([200]);
    expect(outbox.marked.size).toBe(199);
  });

  test('is none where a kind or a field is of another version', () => {
    const outbox = new Outbox(MIB);
    outbox.append('service_failed');
    outbox.overwrite(1, '{"type":"moved_house","to":["a"]}');
    expect(outbox.rows.pendingEvents(10)).toEqual([{ type: 'moved_house', to: ['a'], seq: 1, at: AT }]);
  });
});

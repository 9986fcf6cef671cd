// Over restarts of the whole agent: test/agent/whole/seen.test.ts.
import { expect, test } from 'vitest';
import { SeenKeeper } from '../../../agent/diagnosis/seen-keeper.ts';
import { type Seen, StoreBlocked } from '../../../agent/ports/store.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

const AT = '2026-11-22T12:00:00.000Z';
const CALM: Seen = { engine: '20.10', engineChange: null, findings: {} };
const HOT: Seen = { ...CALM, findings: { 'temperature_high:device': AT } };

function make({ isFull = false } = {}) {
  const clock = new VirtualClock();
  const written: Seen[] = [];
  const disk = { isFull };
  const keeper = new SeenKeeper(clock, {
    readSeen: () => CALM,
    writeSeen: (seen) => {
      if (disk.isFull) throw new StoreBlocked('no_space');
      written.push(seen);
    },
  });
  return { clock, written, keeper, disk };
}

test('what has not changed is not written', () => {
  const { keeper, written } = make();
  keeper.keep({ ...CALM });
  expect(written).toEqual([]);
  expect(keeper.seen).toEqual(CALM);
});

test('what comes and goes is written every half hour at most', async () => {
  const { keeper, written, clock } = make();
  for (const seen of [HOT, CALM, HOT, CALM]) keeper.keep(seen);
  expect(written).toEqual([HOT]);
  await clock.advance(30 * 60_000);
  keeper.keep(CALM);
  expect(written).toEqual([HOT, CALM]);
});

test('another engine is written at once', () => {
  const { keeper, written } = make();
  const upgraded = { ...HOT, engine: '26.1' };
  for (const seen of [HOT, upgraded]) keeper.keep(seen);
  expect(written).toEqual([HOT, upgraded]);
});

test('a full disk is tried again later', async () => {
  const { keeper, written, clock, disk } = make({ isFull: true });
  keeper.keep(HOT);
  disk.isFull = false;
  await clock.advance(30 * 60_000);
  keeper.keep(HOT);
  expect(written).toEqual([HOT]);
});

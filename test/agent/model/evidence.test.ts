// Evidence is what was seen: from the first success to the newest, and nothing from before a stall.
import { describe, expect, it } from 'vitest';
import { allOf, type Evidence, lasted, moreMs, withSuccess } from '../../../agent/model/evidence.ts';

const NO_STALL = Number.NEGATIVE_INFINITY;
const seen = (sinceMs: number, lastMs: number): Evidence => ({ sinceMs, lastMs });

describe('a success', () => {
  it.each<[string, Evidence | null, number, number, Evidence | null]>([
    ['is the first', null, 10, NO_STALL, seen(10, 10)],
    ['goes on from those before', seen(10, 20), 30, NO_STALL, seen(10, 30)],
    ['after a stall begins anew', seen(10, 20), 90, 80, seen(90, 90)],
    ['right at the end of a stall begins anew', seen(10, 20), 80, 80, seen(80, 80)],
    ['goes on from those since the stall', seen(80, 85), 90, 80, seen(80, 90)],
    ['that was asked for before a stall is none, and ends what was', seen(10, 20), 30, 80, null],
  ])('%s', (_title, before, askedMs, stalledMs, after) => {
    expect(withSuccess(before, { askedMs, stalledMs })).toEqual(after);
  });
});

it('has lasted from its first success to its newest, whatever time it is', () => {
  expect(lasted(seen(10, 25), 15)).toBe(true);
  expect(lasted(seen(10, 24), 15)).toBe(false);
  expect(lasted(seen(10, 10), 0)).toBe(true);
  expect(lasted(null, 0)).toBe(false);
});

it('of several sources is what all have shown', () => {
  expect(allOf([seen(10, 50), seen(20, 40)])).toEqual(seen(20, 40));
  expect(allOf([seen(10, 50), null])).toBeNull();
  expect(allOf([])).toBeNull();
});

describe('what is missing of a proof of 15 ms', () => {
  it.each<[string, Evidence | null, number, number]>([
    ['is all of it where nothing was seen', null, 100, 15],
    ['is the time until 15 ms after the first success', seen(10, 12), 14, 11],
    ['is what the newest success was too early', seen(10, 24), 26, 1],
    ['is nothing once it is there', seen(10, 25), 30, 0],
  ])('%s', (_title, evidence, nowMs, ms) => {
    expect(moreMs(evidence, 15, nowMs)).toBe(ms);
  });
});

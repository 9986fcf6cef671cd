// Which images may go, as tables, and as what holds for any history.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PulledImage } from '../../../agent/model/pulled-image.ts';
import {
  ageImages,
  type ImageNeeds,
  imagesNamedIn,
  isDue,
  isNeeded,
} from '../../../agent/supply/collect-images.ts';

const HOUR_MS = 3_600_000;

function image(change: Partial<PulledImage> = {}): PulledImage {
  return { reference: 'app:1', imageId: 'id-1', isSuperseded: false, unneededMs: null, ...change };
}

function needs(references: readonly string[], imageIds: readonly string[] = []): ImageNeeds {
  return { references: new Set(references), imageIds: new Set(imageIds) };
}

describe('an image is needed', () => {
  it.each([
    ['while a document names it', image(), needs(['app:1']), true],
    ['while a container was made from it', image(), needs([], ['id-1']), true],
    ['no more when neither is so', image(), needs(['app:2'], ['id-2']), false],
    ['no more when its name moved on', image({ isSuperseded: true }), needs(['app:1']), false],
    [
      'by a container also when its name moved on',
      image({ isSuperseded: true }),
      needs(['app:1'], ['id-1']),
      true,
    ],
    ['not by a container of another image of that name', image(), needs([], ['id-0']), false],
  ])('%s', (_what, pulled, wanted, expected) => {
    expect(isNeeded(pulled, wanted)).toBe(expected);
  });
});

describe('the time without a need', () => {
  it.each([
    ['begins with the look that finds it so', null, needs([]), 0],
    ['grows by what has passed', HOUR_MS, needs([]), HOUR_MS + 1000],
    ['is forgotten with a new need', HOUR_MS, needs(['app:1']), null],
  ])('%s', (_what, unneededMs, wanted, expected) => {
    expect(ageImages([image({ unneededMs })], wanted, 1000)).toEqual([image({ unneededMs: expected })]);
  });

  it.each([
    ['a needed image is never due', null, 0, false],
    ['an image is not due before its grace is over', HOUR_MS - 1, HOUR_MS, false],
    ['an image is due when its grace is over', HOUR_MS, HOUR_MS, true],
    ['with no grace an image is due at once', 0, 0, true],
  ])('%s', (_what, unneededMs, graceMs, expected) => {
    expect(isDue(image({ unneededMs }), graceMs)).toBe(expected);
  });
});

describe('the images that a document names', () => {
  it.each([
    ['all of its services', { services: { a: { image: 'a:1' }, b: { image: 'b:1' } } }, ['a:1', 'b:1']],
    ['none, of one that removes', { state: 'absent' }, []],
    ['also beside what no agent understands', { services: { a: { image: 'a:1', odd: [] }, b: 7 } }, ['a:1']],
    ['none, of what is no document', [1], []],
    ['none, of null', null, []],
  ])('are %s', (_what, document, expected) => {
    expect(imagesNamedIn(JSON.stringify(document))).toEqual(expected);
  });
});

describe('for any history of needs', () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const pulled = fc.uniqueArray(
    fc.record({
      reference: names,
      imageId: fc.constantFrom('1', '2', '3', '4'),
      isSuperseded: fc.boolean(),
      unneededMs: fc.option(fc.nat(10_000)),
    }),
    { selector: ({ reference, imageId }) => `${reference} ${imageId}` },
  );
  const look = fc.record({
    references: fc.uniqueArray(names),
    imageIds: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4')),
    elapsedMs: fc.nat(3000),
  });

  it('nothing that is needed is ever due, and nothing before it was without a need for its grace', () => {
    fc.assert(
      fc.property(pulled, fc.array(look, { minLength: 1 }), fc.nat(5000), (images, looks, graceMs) => {
        let now: PulledImage[] = images.map((one) => ({ ...one, unneededMs: null }));
        const idleMs = now.map(() => 0);
        for (const [index, { references, imageIds, elapsedMs }] of looks.entries()) {
          const wanted = needs(references, imageIds);
          now = ageImages(now, wanted, elapsedMs);
          for (const [at, one] of now.entries()) {
            const isNew = index === 0 || isNeeded(one, looksNeeds(looks[index - 1]));
            idleMs[at] = isNeeded(one, wanted) || isNew ? 0 : (idleMs[at] ?? 0) + elapsedMs;
            if (!isDue(one, graceMs)) continue;
            expect(isNeeded(one, wanted)).toBe(false);
            expect(idleMs[at]).toBeGreaterThanOrEqual(graceMs);
          }
        }
      }),
    );
  });

  function looksNeeds(before: { references: string[]; imageIds: string[] } | undefined): ImageNeeds {
    return needs(before?.references ?? [], before?.imageIds ?? []);
  }
});

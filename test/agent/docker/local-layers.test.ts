import { expect, test } from 'vitest';
import { layersIn } from '../../../agent/docker/local-layers.ts';

const IMAGES = [
  ['base', 'app'],
  ['other', 'tools'],
];

function heres(diffIds: readonly string[], isEachByItself: boolean): boolean[] {
  const layers = layersIn(IMAGES, isEachByItself);
  return diffIds.map((_, index) => layers.isHere(diffIds, index));
}

test("an engine's own store has a layer where it has all below it too", () => {
  expect(heres(['base', 'new', 'app'], false)).toEqual([true, false, false]);
  expect(heres(['base', 'app', 'new'], false)).toEqual([true, true, false]);
  expect(heres(['tools'], false)).toEqual([false]);
});

test("containerd's store has each by itself", () => {
  expect(heres(['base', 'new', 'tools'], true)).toEqual([true, false, true]);
});

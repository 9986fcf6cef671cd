import { expect, test } from 'vitest';
import { chooseDocument } from '../../../agent/reconcile/choose-document.ts';

const GROUPS = ['berlin', 'europe'];

/** `own!` is the device's own document where it says `inherit`. */
function choose(...sources: readonly string[]): string | null {
  const documents = sources.map((text) => ({
    source: text === 'own' || text === 'own!' ? 'device' : text,
    text,
  }));
  return chooseDocument(documents, GROUPS, ({ text }) => text === 'own!')?.text ?? null;
}

test.for<[string, readonly string[], string | null]>([
  ['nothing where there is none', [], null],
  ["the device's own before a group's", ['groups/berlin', 'own'], 'own'],
  ['the first group in the configuration', ['groups/europe', 'groups/berlin'], 'groups/berlin'],
  ['none of a group that the device is not in', ['groups/paris'], null],
  ["a group's where the device's own says inherit", ['own!', 'groups/europe'], 'groups/europe'],
  ['the one that says inherit where no group has one', ['own!', 'groups/paris'], 'own!'],
])('follows %s', ([, documents, followed]) => {
  expect(choose(...documents)).toBe(followed);
});

// Which of several documents for one deployment a device follows.

/** The device's own document beats a group's; among its groups the first in its configuration wins. */
export function chooseDocument<D extends { readonly source: string }>(
  documents: readonly D[],
  groups: readonly string[],
): D | null {
  const order = ['device', ...groups.map((group) => `groups/${group}`)];
  const known = documents.filter((document) => order.includes(document.source));
  return known.toSorted((a, b) => order.indexOf(a.source) - order.indexOf(b.source))[0] ?? null;
}

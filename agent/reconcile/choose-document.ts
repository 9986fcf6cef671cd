// Which of several documents for one deployment a device follows.

/**
 * The device's own document beats a group's; among its groups the first in its configuration wins. An own document
 * that says `inherit` is passed over. It is followed where no group has one: then there is nothing to run.
 */
export function chooseDocument<D extends { readonly source: string }>(
  documents: readonly D[],
  groups: readonly string[],
  inherits: (own: D) => boolean,
): D | null {
  const from = (wanted: string): D | undefined => documents.find(({ source }) => source === wanted);
  const own = from('device') ?? null;
  if (own !== null && !inherits(own)) return own;
  const [first] = groups.flatMap((group) => from(`groups/${group}`) ?? []);
  return first ?? own;
}

// Changes of good documents: one place is left out, gets another value, or gets something beside it.
export type Path = readonly (string | number)[];

export function placesIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [at, ...entries.flatMap(([key, item]) => placesIn(item, [...at, key]))];
}

export type Change = (holder: Record<string, unknown> | unknown[], key: string | number) => void;

export function changed(document: unknown, path: Path, change: Change): unknown {
  const copy = { root: structuredClone(document) };
  let holder: unknown = copy;
  const keys: Path = ['root', ...path];
  for (const key of keys.slice(0, -1)) holder = Reflect.get(Object(holder), key);
  const last = keys.at(-1);
  if (last !== undefined && isHolder(holder)) change(holder, last);
  return copy.root;
}

function isHolder(value: unknown): value is Record<string, unknown> | unknown[] {
  return typeof value === 'object' && value !== null;
}

export const replaceBy =
  (value: unknown): Change =>
  (holder, key) => {
    Reflect.set(holder, key, value);
  };

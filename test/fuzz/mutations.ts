// What can become of a good document on its way, by accident or on purpose: in its tree, in its text, in its bytes.
import fc from 'fast-check';
import type { Path } from '../protocol/mutations.ts';

const HOSTILE_TEXTS = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '../../etc/passwd',
    '/',
    '//',
    'a/b',
    'hold/line',
    'a\0b',
    'a\nb',
    '-',
    '--help',
    '-rf',
  ],
  ...['$(reboot)', '`reboot`', '; reboot', '| reboot', '$HOME', '%s%n', '{{.Name}}', '*', '#', '+/#'],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'io.holdfast.spec',
    'null',
    'NaN',
  ],
  ...['\u202e\u200f', '\ufeff', '\ud800', '\udfff\ud800', 'é'.normalize('NFD'), '🦄', 'İ', 'ﬃ', '\u2028'],
  ...['1e999', '0x10', '-1', '99999999999999999999', '1s'.repeat(500), 'sha256:', 'a:'.repeat(200)],
];
const HOSTILE_NUMBERS = [0, -0, -1, 0.1, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 2 ** 63, 65_536];

/** Values from a parser, so that `__proto__` is a key like any other. */
const HOSTILE_VALUES = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '[[]]',
];

const depth = fc.integer({ min: 1, max: 3000 });
const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.integer({ min: 100, max: 70_000 }).map((length) => 'x'.repeat(length)),
);
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(...HOSTILE_NUMBERS, null, true, false),
  fc.constantFrom(...HOSTILE_VALUES).map((text): unknown => JSON.parse(text)),
  fc.jsonValue(),
  depth.map((levels): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))),
  depth.map((levels): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)),
  fc.integer({ min: 2, max: 20_000 }).map((length) => Array(length).fill(0)),
);

type Holder = Record<string, unknown> | unknown[];
type Change = (holder: Holder, key: string | number) => void;

/** Also `__proto__` becomes a key, and not the holder's prototype. */
function put(holder: Holder, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

function remove(holder: Holder, key: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant(remove),
  hostileValue.map(
    (value): Change =>
      (holder, key) =>
        put(holder, key, value),
  ),
  // A list for an object, and an object for a list.
  fc.constant<Change>((holder, key) => put(holder, key, [Reflect.get(holder, key)])),
  fc.constant<Change>((holder, key) => put(holder, key, { ...Object(Reflect.get(holder, key)) })),
  hostileText.map(
    (name): Change =>
      (holder, key) => {
        if (Array.isArray(holder)) holder.push(Reflect.get(holder, key));
        else put(holder, name, Reflect.get(holder, key));
      },
  ),
  hostileText.map(
    (name): Change =>
      (holder, key) => {
        const value: unknown = Reflect.get(holder, key);
        remove(holder, key);
        put(holder, Array.isArray(holder) ? 0 : name, value);
      },
  ),
);

/** Deeper a good document does not go, and what is put in may be deeper than a stack. */
const MAX_DEPTH = 12;
const MAX_BREADTH = 50;

function placesIn(value: unknown, at: Path = []): Path[] {
  if (!isHolder(value) || at.length >= MAX_DEPTH) return [at];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const places = entries.slice(0, MAX_BREADTH).flatMap(([key, item]) => placesIn(item, [...at, key]));
  return [at, ...places];
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

/** Copies what lies on the way alone: the rest is shared, and may be deeper than a copy could go. */
function changeAt(document: unknown, place: Path, make: Change): unknown {
  const copy = { root: document };
  let holder: Holder = copy;
  let key: string | number = 'root';
  for (const next of place) {
    const child: unknown = Reflect.get(holder, key);
    if (!isHolder(child)) break;
    const childCopy: Holder = Array.isArray(child) ? [...child] : { ...child };
    put(holder, key, childCopy);
    holder = childCopy;
    key = next;
  }
  make(holder, key);
  return copy.root;
}

/** A good document with up to four changes in its tree. */
function mutated(documents: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const changes = fc.array(fc.tuple(fc.nat(), change), { maxLength: 4 });
  return fc.tuple(documents, changes).map(([document, all]) =>
    all.reduce<unknown>((value, [at, make]) => {
      const places = placesIn(value);
      return changeAt(value, places[at % places.length] ?? [], make);
    }, document),
  );
}

type TextChange = (text: string) => string;

function cut(text: string, from: number, length: number): [before: string, piece: string, after: string] {
  const at = text.length === 0 ? 0 : from % text.length;
  return [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)];
}

/** Pieces that are put into a text somewhere; which of them mean something is the format's. */
function textChange(pieces: readonly string[]): fc.Arbitrary<TextChange> {
  const place = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 60 }));
  return fc.oneof(
    place.map(
      ([from]): TextChange =>
        (text) =>
          cut(text, from, 0)[0],
    ),
    place.map(
      ([from, length]): TextChange =>
        (text) => {
          const [before, , after] = cut(text, from, length);
          return before + after;
        },
    ),
    place.map(
      ([from, length]): TextChange =>
        (text) => {
          const [before, piece, after] = cut(text, from, length);
          return before + piece + piece + after;
        },
    ),
    fc.tuple(place, fc.constantFrom(...pieces)).map(
      ([[from], piece]): TextChange =>
        (text) => {
          const [before, , after] = cut(text, from, 0);
          return before + piece + after;
        },
    ),
    fc.tuple(place, hostileText).map(
      ([[from, length], piece]): TextChange =>
        (text) => {
          const [before, , after] = cut(text, from, length);
          return before + piece + after;
        },
    ),
  );
}

/** A text with one to four changes. */
export function mutatedText(texts: fc.Arbitrary<string>, pieces: readonly string[]): fc.Arbitrary<string> {
  const changes = fc.array(textChange(pieces), { minLength: 1, maxLength: 4 });
  return fc.tuple(texts, changes).map(([text, all]) => all.reduce((value, make) => make(value), text));
}

const JSON_PIECES = [
  ...[
    '"__proto__":{"polluted":true},',
    '"revision":1,',
    '"name":"line",',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\u0000',
  ],
  ...['1e999', '-', 'NaN', '\\ud800', '/*', '[[[[', '{"a":'.repeat(500)],
];

/** JSON of good documents that were changed in their tree, some in their text too. */
export function mutatedJson(documents: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const texts = mutated(documents).map((value) => JSON.stringify(value) ?? '');
  return fc.oneof({ weight: 3, arbitrary: texts }, { weight: 1, arbitrary: mutatedText(texts, JSON_PIECES) });
}

/** Payloads as a broker would hand them over: mostly text, some with flipped bits, some of nothing but chance. */
export function mutatedBytes(texts: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  const bytes = texts.map((text) => Buffer.from(text));
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 5,
  });
  const flipped = fc.tuple(bytes, flips).map(([good, all]) => {
    const copy = Buffer.from(good);
    for (const [at, mask] of all) copy[at % copy.length] = (good[at % copy.length] ?? 0) ^ mask;
    return copy;
  });
  return fc
    .oneof(
      { weight: 6, arbitrary: bytes },
      { weight: 2, arbitrary: flipped },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    )
    .map(withText);
}

/** A report shows it as text, whatever of it is none. */
function withText(bytes: Uint8Array): Uint8Array {
  const show = (): string => JSON.stringify(Buffer.from(bytes).toString('latin1'));
  return Object.assign(bytes, { [fc.toStringMethod]: show });
}

// Records as agents of every version stored them, in test/fixtures/records/record-N.json: a file of a released version
// is added to and never changed.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { EMPTY_RECORD } from '../../../../agent/model/record.ts';
import { keptOf } from '../../../../agent/model/record-codec/kept-record.ts';
import {
  decodeRecord,
  encodeRecord,
  RECORD_VERSION,
} from '../../../../agent/model/record-codec/record-codec.ts';
import { recordSchema } from '../../../../agent/model/record-codec/record-schema.ts';

const folder = fileURLToPath(new URL('../../../fixtures/records/', import.meta.url));
const versions = Array.from({ length: RECORD_VERSION }, (_, index) => index + 1);

function storedIn(version: number): Record<string, Record<string, unknown>> {
  return JSON.parse(readFileSync(`${folder}record-${version}.json`, 'utf8'));
}
const newest = storedIn(RECORD_VERSION);
const full = newest['with all there can be'] ?? {};

test('there are records of every version', () => {
  const names = readdirSync(folder).filter((name) => name.startsWith('record-'));
  expect(names.toSorted()).toEqual(versions.map((version) => `record-${version}.json`));
});

test.for(versions)('those of version %s are read whole', (version) => {
  for (const stored of Object.values(storedIn(version))) expect(decodeRecord(stored).loss).toBeNull();
});

test('one of this version is what was written, and says so', () => {
  for (const stored of Object.values(newest)) {
    const { record } = decodeRecord(stored);
    const written: unknown = JSON.parse(JSON.stringify(encodeRecord(record)));
    expect(written).toEqual({ v: RECORD_VERSION, ...stored });
    expect(decodeRecord(written)).toEqual({ record, loss: null });
  }
});

test('those of this version have every field that there is', () => {
  const there = new Set(Object.values(newest).flatMap((stored) => pathsIn(stored, recordSchema)));
  expect(fieldsIn(recordSchema).filter((path) => !there.has(path))).toEqual([]);
});

describe('of a record that cannot be read, what was proven, barred and completed goes on', () => {
  const kept = { ...EMPTY_RECORD, ...keptOf(decodeRecord(full).record) };

  test('as it is of a newer agent', () => {
    const { record, loss } = decodeRecord({ ...full, v: RECORD_VERSION + 1, attempt: { stage: 'flying' } });
    expect(record).toEqual(kept);
    expect(record.barred.map(({ content }) => content)).toEqual(['sha256:cccc', 'sha256:dddd']);
    expect(loss).toEqual({
      code: 'newer',
      message: `it is of version ${RECORD_VERSION + 1}, this agent knows up to ${RECORD_VERSION}: a newer one wrote it`,
    });
  });

  const misshapen: Readonly<Record<string, [unknown, string]>> = {
    'a field is missing': [without('parked'), 'parked'],
    'a field has another type': [{ ...full, services: { app: { spec: 1 } } }, 'services.app.spec'],
    'a list stands for an object': [{ ...full, services: [] }, 'services'],
    'a word is unknown': [{ ...full, phase: 'flying' }, 'phase'],
    'an optional field has another type': [{ ...full, own: null }, 'own'],
  };
  test.for(Object.entries(misshapen))('though %s', ([, [stored, path]]) => {
    const { record, loss } = decodeRecord(stored);
    expect(record).toEqual(kept);
    expect(loss).toEqual({
      code: 'damaged',
      message: `it is not of the shape of version ${RECORD_VERSION}: ${path}`,
    });
  });

  test('each by itself, and of a list each item', () => {
    const barred = [{ content: 7 }, ...kept.barred];
    const pause = { forMs: 'long' };
    const { record } = decodeRecord({ ...full, proven: { revision: 4 }, barred, completed: 'all', pause });
    expect(record).toEqual({ ...EMPTY_RECORD, previous: kept.previous, barred: kept.barred });
  });

  test.for(['null', '"text"', '7', '[]', '[1]'])('%s has nothing of it', (text) => {
    const stored: unknown = JSON.parse(text);
    const { record, loss } = decodeRecord(stored);
    expect([record, loss?.code]).toEqual([EMPTY_RECORD, 'damaged']);
  });

  test.for(['0', '-1', '1.5', '"1"', 'null'])('where the version is %s', (text) => {
    const version: unknown = JSON.parse(text);
    expect(decodeRecord({ ...full, v: version })).toEqual({
      record: kept,
      loss: { code: 'damaged', message: 'it has no version' },
    });
  });
});

function without(key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(full).filter(([name]) => name !== key));
}

/** What of a valibot schema tells its fields. */
interface Node {
  readonly entries?: Readonly<Record<string, Node>>;
  readonly wrapped?: Node;
  readonly item?: Node;
  readonly value?: Node;
}

/** Paths of all fields that a schema names; `*` for a key of a record and an item of a list. */
function fieldsIn(schema: object, path = ''): string[] {
  const { entries, wrapped, item, value } = schema as Node;
  if (wrapped !== undefined) return fieldsIn(wrapped, path);
  if (item !== undefined || value !== undefined) return fieldsIn(item ?? value ?? {}, `${path}.*`);
  return Object.entries(entries ?? {}).flatMap(([key, field]) => [
    `${path}.${key}`,
    ...fieldsIn(field, `${path}.${key}`),
  ]);
}

/** Those of them at which a stored value has something. */
function pathsIn(stored: unknown, schema: object, path = ''): string[] {
  const { entries, wrapped, item, value } = schema as Node;
  if (stored === null || stored === undefined) return [];
  if (wrapped !== undefined) return pathsIn(stored, wrapped, path);
  const inner = item ?? value;
  if (inner !== undefined) return Object.values(stored).flatMap((each) => pathsIn(each, inner, `${path}.*`));
  const fields = stored as Readonly<Record<string, unknown>>;
  return Object.entries(entries ?? {}).flatMap(([key, field]) =>
    fields[key] === undefined || fields[key] === null
      ? []
      : [`${path}.${key}`, ...pathsIn(fields[key], field, `${path}.${key}`)],
  );
}

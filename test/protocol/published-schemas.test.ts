// The JSON Schema files that other people's programs use, held against the schemas that the agent itself uses.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { allFixtures, fixtures, type SchemaName, schemaNames, schemas } from './fixtures.ts';
import { type Change, changed, placesIn, replaceBy } from './mutations.ts';

const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false });
formats.default(ajv);

const published = new Map(schemaNames.map((name) => [name, compile(name)]));

function compile(name: SchemaName): ValidateFunction {
  const file = new URL(`../../protocol/schemas/${name}.json`, import.meta.url);
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
}

function verdicts(name: SchemaName, value: unknown): { ours: boolean; published: boolean } {
  return { ours: v.is(schemas[name], value), published: published.get(name)?.(value) === true };
}

test('the files are what scripts/write-schemas.ts writes', () => {
  const script = new URL('../../scripts/write-schemas.ts', import.meta.url).pathname;
  const tsx = new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url).pathname;
  execFileSync(process.execPath, [tsx, script, '--check'], { stdio: 'pipe' });
});

test.each(schemaNames)('the %s schema is of draft 7 and named for its version', (name) => {
  expect(published.get(name)?.schema).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `holdfast.${name}/1`,
  });
});

test.each(allFixtures('accepted'))('both accept the $schema "$title"', ({ schema, value }) => {
  expect(verdicts(schema, value)).toEqual({ ours: true, published: true });
});

test.each(allFixtures('refused'))('both refuse the $schema "$title"', ({ schema, value }) => {
  expect(verdicts(schema, value)).toEqual({ ours: false, published: false });
});

const WORDS = [
  '',
  'x',
  'present',
  'absent',
  'inherit',
  'volume',
  'bind',
  'tmpfs',
  'constructor',
  '10s',
  '256M',
  '/a',
  '/a:b',
  '8080',
  '99999',
  'CMD',
  '2026-02-31T10:00:00Z',
  '2026-11-22t10:00:00z',
  '2026-11-22 10:00:00Z',
  '2026-11-22T23:59:60Z',
  '2026-11-22T10:00:00+0100',
  'sha256:00',
  'a\n',
  '\u0000',
  'ü'.repeat(63),
  'a'.repeat(64),
  'a'.repeat(5000),
];
const values = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -0, 1, -1, 1.5, 65_536, 2 ** 53, 1e300, [], {}, [[]], [{}], {
    '': 0,
  }),
  fc.constantFrom<unknown>(...WORDS),
  fc.jsonValue(),
);
const keys = fc.oneof(
  fc.constantFrom(
    'a',
    'A',
    '',
    'a b',
    'web',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
  ),
  fc.constantFrom(
    'services',
    'purge',
    'state',
    'type',
    'source',
    'http',
    'tcp',
    'window',
    'hold',
    'target',
    'log',
  ),
  fc.string({ maxLength: 3 }),
);

const remove: Change = (holder, key) => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
};
const insert =
  (name: string, value: unknown): Change =>
  (holder, key) => {
    const inner: unknown = Reflect.get(holder, key);
    const property = { value, enumerable: true, configurable: true, writable: true };
    if (Array.isArray(inner)) inner.push(value);
    // Not by assignment, which would make of `__proto__` no key at all.
    else if (typeof inner === 'object' && inner !== null) Object.defineProperty(inner, name, property);
  };

const changes = fc.oneof(
  fc.constant(remove),
  values.map(replaceBy),
  fc.tuple(keys, values).map(([name, value]) => insert(name, value)),
);

// Thousands of documents, twice: seconds where nothing else runs.
test.each(schemaNames)('both judge every change of a good %s alike', { timeout: 60_000 }, (name) => {
  const documents = fixtures(name, 'accepted').map(({ value }) => value);
  const places = documents.flatMap((document) => placesIn(document).map((path) => ({ document, path })));
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...places), changes, ({ document, path }, change) => {
      const mutant = changed(document, path, change);
      const { ours, published: theirs } = verdicts(name, mutant);
      seen[ours ? 'accepted' : 'refused'] += 1;
      expect({ ours }, JSON.stringify(mutant)).toEqual({ ours: theirs });
    }),
    { numRuns: 3000 },
  );
  // The changes must be of both kinds, or the test would say nothing.
  expect(seen.accepted).toBeGreaterThan(50);
  expect(seen.refused).toBeGreaterThan(500);
});

test('both take just as many characters of a text, as long as none is beyond U+FFFF', () => {
  for (const [letter, count] of [
    ['a', 4096],
    ['ü', 4096],
    ['\uffff', 4096],
  ] as const) {
    for (const extra of [0, 1]) {
      const services = { web: { image: 'a', command: [letter.repeat(count + extra)] } };
      const document = {
        schema: 'holdfast.deployment/1',
        name: 'a',
        revision: 1,
        state: 'present',
        services,
      };
      expect(verdicts('deployment', document)).toEqual({ ours: extra === 0, published: extra === 0 });
    }
  }
});

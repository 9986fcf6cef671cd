// What docs/protocol.md says in examples, tables and lists is held against the code.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DURATION_BOUNDS, SIZE_BOUNDS } from '../../protocol/deployment/bounds.ts';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { parseWith } from '../../protocol/faults.ts';
import { EVENT_FIELDS, STEP_EVENTS } from '../../protocol/reports/events.ts';
import { PHASES } from '../../protocol/reports/status.ts';
import { canonicalJson, contentHash } from '../../protocol/values/canonical-json.ts';
import { rolloutPosition } from '../../protocol/values/rollout.ts';
import { schemas } from './fixtures.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const recipe = /<<'JSON'\n([\s\S]*?)\nJSON\n/.exec(page)?.[1] ?? '';
const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const examples = blocks
  .filter((text) => text.includes('"schema": "holdfast.'))
  .map((text): unknown => JSON.parse(text));

function isOf(value: unknown, schema: string): boolean {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === schema;
}

test('every deployment that is printed is accepted, and so is that of the recipe', () => {
  const documents = [...examples.filter((value) => isOf(value, 'holdfast.deployment/1')), JSON.parse(recipe)];
  expect(documents).toHaveLength(3);
  for (const document of documents) expect(parseDeployment(document)).toMatchObject({ ok: true });
  const absent = [...page.matchAll(/-m '(\{"schema":"holdfast\.deployment[^']*)'/g)].map(
    ([, text = '']) => text,
  );
  expect(absent).toHaveLength(1);
  for (const text of absent) expect(parseDeployment(JSON.parse(text))).toMatchObject({ ok: true });
});

test.each(['state', 'events'] as const)('the %s that is printed is read', (name) => {
  const [value] = examples.filter((example) => isOf(example, `holdfast.${name}/1`));
  expect(parseWith(schemas[name], value)).toMatchObject({ ok: true });
});

test('the status that is printed is read, but for its shortened hashes', () => {
  const [value] = examples.filter((example) => isOf(example, 'holdfast.status/1'));
  const hash = `sha256:${'0'.repeat(64)}`;
  const refs = { desired: { revision: 7, hash }, running: { revision: 6, hash } };
  expect(parseWith(schemas.status, { ...Object(value), ...refs })).toMatchObject({ ok: true });
});

test('the worked example of the hash is what the code makes', () => {
  const document = { ...JSON.parse(recipe) };
  expect(page).toContain(`\n${canonicalJson(document)}\n`);
  expect(page).toContain(`the hash \`${contentHash(document)}\``);
});

test('the table of roll-out positions is what the code makes', () => {
  const rows = [...page.matchAll(/^\| `(line-vision-7)` \| `(edge-\d+)` \| ([\d.]+) \|$/gm)];
  expect(rows).toHaveLength(3);
  for (const [, salt = '', device = '', position] of rows)
    expect(rolloutPosition(salt, device)).toBe(Number(position));
});

test('every phase has its row, and no other has', () => {
  const section = page.slice(page.indexOf('### Phases'), page.indexOf('### Reason codes'));
  expect([...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, phase]) => phase)).toEqual([...PHASES]);
});

const eventRows = new Map(
  [
    ...page
      .slice(page.indexOf('| `type` |'), page.indexOf('## Commands and'))
      .matchAll(/^\| (`.+?) \| (.*) \|$/gm),
  ].flatMap(([, kinds = '', fields = '']) =>
    [...kinds.matchAll(/`(\w+)`/g)].map(([, kind = '']) => [kind, fields] as const),
  ),
);

test('every kind of event has its row, and no other has', () => {
  const kinds = [...eventRows.keys()].slice(1, [...eventRows.keys()].indexOf('sample') + 1);
  expect(kinds.toSorted()).toEqual([...Object.keys(EVENT_FIELDS), ...STEP_EVENTS].toSorted());
});

test.each(Object.entries(EVENT_FIELDS).filter(([kind]) => kind !== 'sample'))(
  'the row of %s names each of its fields',
  (kind, fields) => {
    for (const field of Object.keys(fields)) expect(eventRows.get(kind)).toContain(`\`${field}\``);
  },
);

test('every bound has its row, and no other has', () => {
  const section = page.slice(page.indexOf('**Bounds**'), page.indexOf('### A service'));
  const rows = [...section.matchAll(/^\| `([\w.]+)` \| `(\w+)` \| `(\w+)` \|$/gm)];
  expect(Object.fromEntries(rows.map(([, key, least, most]) => [key, { least, most }]))).toEqual({
    ...DURATION_BOUNDS,
    ...SIZE_BOUNDS,
  });
});

test.each([
  ['the document', schemas.deployment],
  ['a status', schemas.status],
  ['the device state', schemas.state],
  ['an event', schemas.event],
])('every field of %s is named on the page', (_title, schema) => {
  for (const name of fieldsOf(schema)) expect(page, name).toMatch(new RegExp(`[\`". ]${name}[\`":, .}]`));
});

/** The names of all fields in a schema, at any depth. */
function fieldsOf(schema: unknown, names = new Set<string>(), seen = new Set<unknown>()): Set<string> {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return names;
  seen.add(schema);
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'entries') for (const name of Object.keys(Object(value))) names.add(name);
    fieldsOf(value, names, seen);
  }
  return names;
}

// Holdfast's side of the table of differences; test/integration/compose/ asks Compose for the other.
import { expect, test } from 'vitest';
import { readCompose } from '../../lib/compose/read-compose.ts';
import { readDifferences } from './compose-differences.ts';

const differences = readDifferences();

test('there are rows', () => {
  expect(differences.length).toBeGreaterThan(5);
});

test.each(differences)('$key is read as the page says', ({ key, holdfast }) => {
  const text = `services: {s: {image: i, ${key}}}\nvolumes: {v: }`;
  const result = readCompose([{ file: 'compose.yaml', text }], { variables: {}, fallbackName: 'app' });
  const [name = ''] = key.split(':');
  expect(result.ok ? Object(result.content.services).s[name] : 'refused').toEqual(holdfast);
});

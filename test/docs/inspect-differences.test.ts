// The table of what `docker inspect` shows otherwise, and the judge that holds containers against it; the containers
// themselves are in test/integration/compose/inspect.test.ts.
import { expect, test } from 'vitest';
import { judge, servicesOf } from '../integration/compose/inspect-judgement.ts';
import { differencesOf } from '../integration/compose/inspected.ts';
import { type InspectDifference, readInspectDifferences } from './inspect-differences.ts';

test('every row of the page is read, with its conditions', () => {
  const rows = readInspectDifferences();
  expect(rows.length).toBeGreaterThan(20);
  expect(rows).toContainEqual({
    path: 'HostConfig.RestartPolicy.Name',
    where: [
      { key: 'restart', value: null, isThere: false },
      { key: 'deploy.restart_policy.condition', value: null, isThere: false },
      { key: 'job', value: null, isThere: false },
    ],
    compose: 'no',
    holdfast: 'unless-stopped',
  });
});

const ROW: InspectDifference = {
  path: 'Host.*.Name',
  where: [{ key: 'restart', value: 'al*', isThere: true }],
  compose: 'always',
  holdfast: '*',
};
const ASKED = { restart: 'always' };
const COMPOSE = { Host: { a: { Name: 'always' } }, Size: 1 };

test.each<[string, object, object, string[]]>([
  ['what the row tells', ASKED, { Host: { a: { Name: 'other' } }, Size: 1 }, []],
  [
    'what no row tells',
    ASKED,
    { Host: { a: { Name: 'other' } }, Size: 2 },
    ['in no row: Size: 1 by Compose, 2 by Holdfast'],
  ],
  [
    'what no row tells of this service',
    { restart: 'no' },
    { Host: { a: { Name: 'other' } }, Size: 1 },
    ['in no row: Host.a.Name: "always" by Compose, "other" by Holdfast'],
  ],
  [
    'what a row tells and is no longer so',
    ASKED,
    COMPOSE,
    ['no longer so: Host.*.Name: "always" by Compose, "*" by Holdfast'],
  ],
  [
    'what is missing where a row wants a value',
    ASKED,
    { Host: { a: {} }, Size: 1 },
    [
      'in no row: Host.a.Name: "always" by Compose, null by Holdfast',
      'no longer so: Host.*.Name: "always" by Compose, "*" by Holdfast',
    ],
  ],
])('the judge finds %s', (_, asked, holdfast, faults) => {
  expect(judge({ ...asked }, differencesOf(COMPOSE, holdfast), [ROW])).toEqual(faults);
});

test('the page’s own words are found in what others say', () => {
  const services = servicesOf(
    {
      services: {
        web: {
          image: 'i',
          links: ['db:store'],
          depends_on: { seed: { condition: 'service_completed_successfully' } },
        },
        db: { image: 'j', configs: [{ source: 'words' }] },
        seed: { image: 'i', secrets: [{ source: 'key' }] },
      },
      configs: { words: { content: 'w' } },
      secrets: { key: { file: '/key' } },
    },
    'j',
  );
  const wordsOf = (name: string) =>
    ['job', 'linked', 'init image', 'text file'].filter((word) => services[name]?.[word] === true);
  expect({ web: wordsOf('web'), db: wordsOf('db'), seed: wordsOf('seed') }).toEqual({
    web: [],
    db: ['linked', 'init image', 'text file'],
    seed: ['job'],
  });
});

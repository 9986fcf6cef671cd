import { expect, test } from 'vitest';
import { nearestName } from '../../../lib/render/nearest-name.ts';

test.each([
  ['edge-o1', ['edge-01', 'edge-11'], 'edge-01'],
  ['servces', ['services', 'secrets'], 'services'],
  ['zz', ['edge-01'], null],
  ['ab', ['ac'], 'ac'],
  ['anything', [], null],
])('%s among %j is %s', (name, known, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});

import { expect, test } from 'vitest';
import { resolveName, resolveService } from '../../../agent/operations/resolve-name.ts';
import { makeDeployment, makeService } from '../cli/fixtures.ts';

const KNOWN = [
  makeDeployment({ deployment: 'line', services: { camera: makeService(), db: makeService() } }),
  makeDeployment({ deployment: 'shop', services: { db: makeService() } }),
  makeDeployment({ deployment: 'db', services: { main: makeService(), db: makeService() } }),
  makeDeployment({ deployment: 'gone', phase: 'removed', services: { old: makeService() } }),
];

test.each([
  ['line', { deployment: 'line', service: null }],
  ['camera', { deployment: 'line', service: 'camera' }],
  ['shop/db', { deployment: 'shop', service: 'db' }],
  // Its services of that name have a longer one besides.
  ['db', { deployment: 'db', service: null }],
])('"%s" is what it says', (name, named) => {
  expect(resolveName(name, KNOWN)).toEqual({ kind: 'found', named });
});

test('a service that several deployments have is refused with the choices', () => {
  expect(resolveService('db', KNOWN)).toEqual({
    ...{ kind: 'refused', code: 'ambiguous_name' },
    message: '"db" may be any of line/db, shop/db, db/db; name one',
  });
});

test("a deployment's name stands for its service where it has one alone", () => {
  expect(resolveService('shop', KNOWN)).toMatchObject({ named: { deployment: 'shop', service: 'db' } });
  expect(resolveService('line', KNOWN)).toMatchObject({
    message: '"line" may be any of line/camera, line/db; name one',
  });
});

test('what is not there is told with the nearest name, and a removed deployment is not there', () => {
  expect(resolveService('camra', KNOWN)).toEqual({
    ...{ kind: 'not_found', code: 'no_such_name' },
    message: 'there is no deployment or service "camra"; "camera" is the nearest name',
  });
  expect(resolveName('old', KNOWN)).toMatchObject({ code: 'no_such_name' });
});

import { expect, test } from 'vitest';
import type { Route } from '../../../protocol/operations/operation.ts';
import { formatRequest, parsePath, pathKeys } from '../../../protocol/operations/route.ts';
import { nameSchema } from '../../../protocol/values/names.ts';

const ROUTE: Route = { method: 'GET', path: '/v1/deployments/{deployment}/services/{service}' };
const name = { schema: nameSchema, expected: 'a name', called: 'name', placeholder: 'NAME' };
const ARGS = { deployment: name, service: name, other: name };

test('a path is built of its arguments, and parsed back', () => {
  const args = { deployment: 'line', service: 'web' };
  const path = '/v1/deployments/line/services/web';
  expect(formatRequest(ROUTE, args)).toEqual({ method: 'GET', path, body: '' });
  expect(parsePath(ROUTE, ARGS, path)).toEqual(args);
  expect(pathKeys(ROUTE)).toEqual(['deployment', 'service']);
});

test('what has no place in the path goes into the query of a GET, and into the body of a POST', () => {
  const args = { deployment: 'line', service: 'web', other: 'a b&c', since: 2 };
  const { path } = formatRequest(ROUTE, args);
  expect(path).toBe('/v1/deployments/line/services/web?other=a%20b%26c&since=2');
  expect(Object.fromEntries(new URLSearchParams(path.split('?')[1]))).toEqual({ other: 'a b&c', since: '2' });
  expect(formatRequest({ ...ROUTE, method: 'POST' }, args)).toEqual({
    method: 'POST',
    path: '/v1/deployments/line/services/web',
    body: '{"other":"a b&c","since":2}',
  });
});

test.each([
  ['another path', '/v1/deployments/line/volumes/web'],
  ['a shorter one', '/v1/deployments/line/services'],
  ['a longer one', '/v1/deployments/line/services/web/logs'],
  ['an empty level', '/v1/deployments//services/web'],
  ['what is no name', '/v1/deployments/..%2Fx/services/web'],
  ['a reserved word', '/v1/deployments/constructor/services/web'],
  ['the template itself', ROUTE.path],
])('%s is not taken for it', (_, path) => {
  expect(parsePath(ROUTE, ARGS, path)).toBeNull();
});

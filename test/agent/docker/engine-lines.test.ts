import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { attributeIn, parsePullLine } from '../../../agent/docker/engine-lines.ts';
import { readProgress } from '../../../agent/docker/pull-progress.ts';

const read = (line: unknown) => parsePullLine(JSON.stringify(line));

test('a line of a pull is read', () => {
  const progressDetail = { current: 5, total: 10 };
  expect(read({ id: 'abc', status: 'Downloading', progressDetail, progress: '[=>]' })).toEqual({
    ...{ id: 'abc', status: 'Downloading', progressDetail },
  });
  expect(read({ status: 'Pulling from app', progressDetail: {} })).toMatchObject({
    status: 'Pulling from app',
  });
  expect(read({ errorDetail: { message: 'x' }, error: 'toomanyrequests' }).error).toBe('toomanyrequests');
});

test('a field of another type counts as left out', () => {
  expect(read({ id: 7, status: null, progressDetail: 'x' }).id).toBeUndefined();
  expect(read({ id: 'abc', progressDetail: { current: '5', total: null } })).toEqual({
    ...{ id: 'abc', progressDetail: { current: undefined, total: undefined } },
  });
});

test.for([null, 7, 'text', true, []].map((value) => JSON.stringify(value)))('%s says nothing', (line) => {
  expect(Object.values(parsePullLine(line)).filter((value) => value !== undefined)).toEqual([]);
  expect(attributeIn(line, 'name')).toBe('');
});

test('an error of another type is an error all the same', async () => {
  const lines = [
    '{"status":"Downloading","id":"abc","progressDetail":null,"error":null}',
    '{"error":{"code":5}}',
  ];
  const stream = Readable.from(lines.map((line) => `${line}\n`));
  expect(await readProgress(stream, () => undefined)).toBe('{"code":5}');
});

test('an event tells an attribute of its container', () => {
  const event = (attributes: unknown) => JSON.stringify({ Actor: { ID: 'abc', Attributes: attributes } });
  expect(attributeIn(event({ name: 'app', other: 7 }), 'name')).toBe('app');
  expect(attributeIn(event({ name: 7 }), 'name')).toBe('');
  expect(attributeIn(event('name'), 'name')).toBe('');
  expect(attributeIn('{"Actor":null}', 'name')).toBe('');
});

test('what is no JSON is the end of a stream that was cut', () => {
  expect(() => parsePullLine('{"status":"Downl')).toThrow(SyntaxError);
  expect(() => attributeIn('{"Actor"', 'name')).toThrow(SyntaxError);
});

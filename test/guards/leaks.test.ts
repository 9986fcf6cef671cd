import { createServer } from 'node:http';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../fakes/loopback.ts';
import { leakedSince, openResources } from './open-resources.ts';

test('what is open is seen until it is closed', async () => {
  const before = openResources();
  const timer = setInterval(() => undefined, 1000);
  const server = createServer();
  await listenOnLoopback(server);
  expect(await leakedSince(before, 0)).toEqual([
    expect.stringMatching(/^a timer made at .*leaks\.test\.ts/),
    '1 × TCPServerWrap',
  ]);
  clearInterval(timer);
  server.close();
  expect(await leakedSince(before, 1000)).toEqual([]);
});

test('what closes within the grace is no leak', async () => {
  const before = openResources();
  setTimeout(() => undefined, 30);
  expect(await leakedSince(before, 1000)).toEqual([]);
});

describe('a test with a leak fails', () => {
  let timer: NodeJS.Timeout;
  afterAll(() => clearInterval(timer));

  test.fails('as this one does', () => {
    timer = setInterval(() => undefined, 1000);
  });
});

describe('a test that closes late', () => {
  let timer: NodeJS.Timeout;
  afterEach(() => clearInterval(timer));

  test('in its own after-each, has no leak', () => {
    timer = setInterval(() => undefined, 1000);
  });
});

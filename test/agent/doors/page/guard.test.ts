import { describe, expect, test } from 'vitest';
import { refuseStranger } from '../../../../agent/doors/page/guard.ts';
import { isLoopback } from '../../../../lib/program/loopback.ts';

const LOOPBACK = { host: '127.0.0.1', hostName: 'edge-01' };
const NETWORK = { host: '0.0.0.0', hostName: 'edge-01' };

function statusOf(headers: Record<string, string>, place = LOOPBACK, method = 'GET'): number {
  return refuseStranger({ headers, method }, place)?.status ?? 200;
}

describe('the guard of the page', () => {
  test.each(['127.0.0.1:8477', 'localhost:8477', 'LOCALHOST', '[::1]:8477', '127.0.0.1:9000'])(
    'lets %s in on loopback',
    (host) => {
      expect(statusOf({ host })).toBe(200);
    },
  );

  test.each([
    '',
    'evil.example',
    'evil.example:8477',
    '192.168.1.5:8477',
    '127.0.0.1.evil.example',
    'edge-01',
    '[::1',
    'a b',
  ])('refuses the host %o on loopback', (host) => {
    expect(statusOf({ host })).toBe(421);
  });

  test.each([
    ['192.168.1.5:8477', 200],
    ['[fe80::1]:8477', 200],
    ['edge-01:8477', 200],
    ['edge-01.local:8477', 200],
    ['localhost', 200],
    ['edge-02:8477', 421],
    ['edge-01.local.evil.example', 421],
    ['192.168.1.5.evil.example', 421],
  ])('answers %s in the network with %i', (host, status) => {
    expect(statusOf({ host }, NETWORK)).toBe(status);
  });

  test.each([
    ['http://127.0.0.1:8477', 200],
    ['https://127.0.0.1:8477', 200],
    ['http://127.0.0.1:8478', 403],
    ['http://evil.example', 403],
    ['null', 403],
  ])('answers a page of the origin %s with %i', (origin, status) => {
    expect(statusOf({ host: '127.0.0.1:8477', origin })).toBe(status);
  });

  test.each([
    ['HEAD', 200],
    ['POST', 200],
    ['PUT', 405],
    ['DELETE', 405],
    ['OPTIONS', 405],
  ])('answers %s with %i', (method, status) => {
    expect(statusOf({ host: 'localhost' }, LOOPBACK, method)).toBe(status);
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['127.evil.example', false],
])('%s is loopback: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is);
});

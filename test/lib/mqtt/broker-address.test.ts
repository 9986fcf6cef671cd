import { describe, expect, test } from 'vitest';
import { formatAddress, parseBrokerUrl } from '../../../lib/mqtt/broker-address.ts';

describe('parseBrokerUrl', () => {
  test.each([
    ['mqtt://host', { protocol: 'mqtt', host: 'host', port: 1883 }],
    ['mqtts://host', { protocol: 'mqtts', host: 'host', port: 8883 }],
    ['mqtt://host:1', { protocol: 'mqtt', host: 'host', port: 1 }],
    ['mqtt://[::1]:1884', { protocol: 'mqtt', host: '::1', port: 1884 }],
  ])('%s', (url, address) => {
    const login = { username: null, password: null };
    expect(parseBrokerUrl(url)).toEqual({ ok: true, address, login, oddities: [] });
  });

  test.each([
    ['mqtt://u@host', { username: 'u', password: null }],
    ['mqtt://me%40x:p%3Aw%2F@host', { username: 'me@x', password: 'p:w/' }],
  ])('%s has a login', (url, login) => {
    expect(parseBrokerUrl(url)).toMatchObject({ ok: true, login });
  });

  test.each([
    ['host:1883', 'no_host'],
    ['host', 'no_url'],
    ['mqtt://', 'no_host'],
    ['http://host', 'unknown_protocol'],
    ['mqtt://a%:b@host', 'lone_percent'],
  ])('%s is none: %s', (url, kind) => {
    expect(parseBrokerUrl(url)).toMatchObject({ ok: false, problem: { kind } });
  });

  test.each([
    ['mqtt://bro\nker', ['host']],
    ['mqtt://host/x', ['path']],
    ['mqtt://host/?a#b', ['path']],
    ['mqtt://host:0', ['port']],
  ])('%j has parts that are not dialled as they read', (url, oddities) => {
    expect(parseBrokerUrl(url)).toMatchObject({ ok: true, oddities });
  });
});

test.each([
  ['host', 'host:1883'],
  ['::1', '[::1]:1883'],
])('the address of %s is told as %s', (host, expected) => {
  expect(formatAddress({ host, port: 1883 })).toBe(expected);
});

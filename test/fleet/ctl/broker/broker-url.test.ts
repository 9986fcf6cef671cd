import { expect, test } from 'vitest';
import { readDestination } from '../../../../fleet/ctl/broker/broker-url.ts';

test('a URL with a login is a destination', () => {
  expect(readDestination('mqtts://me:p%3Aw@host')).toEqual({
    address: { protocol: 'mqtts', host: 'host', port: 8883 },
    login: { username: 'me', password: 'p:w' },
  });
});

test.each([
  ['host:1883', 'the broker is no URL'],
  ['http://host', `the broker's protocol "http:" is not known`],
  ['mqtt://', 'the broker is no URL'],
  ['mqtt://a%:b@host', "the broker's user or password has a lone %"],
])('%s is wrong usage', (url, message) => {
  expect(() => readDestination(url)).toThrow(expect.objectContaining({ message, exitCode: 2 }));
});

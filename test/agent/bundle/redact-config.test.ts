import { expect, test } from 'vitest';
import { redactConfig } from '../../../agent/bundle/redact-config.ts';
import { scrub } from '../../../agent/bundle/scrub.ts';

test('what is known to be no secret is told, and all else is masked', () => {
  const { config, secrets } = redactConfig({
    device: 'edge-01',
    broker: {
      url: 'mqtts://me:hunter2-url@broker.example.com:8883/path?token=hunter2-query',
      username: 'edge-01',
      password: 'hunter2-unknown-key',
      password_file: 'hunter2-not-a-path',
      ca_file: '/etc/holdfast/ca.pem',
    },
    registries: { 'r.example.com': { username: 'hunter2-user', password_file: '/etc/holdfast/r' } },
    images: { grace: '1h', pin: 123456 },
  });
  expect(config).toEqual({
    device: 'edge-01',
    broker: {
      url: 'mqtts://broker.example.com:8883',
      username: '***',
      password: '***',
      password_file: '***',
      ca_file: '/etc/holdfast/ca.pem',
    },
    registries: { 'r.example.com': { username: '***', password_file: '/etc/holdfast/r' } },
    images: { grace: '1h', pin: '***' },
  });
  // The device's own id stands everywhere, and is no secret.
  expect(secrets).not.toContain('edge-01');
  expect(secrets).toEqual(
    expect.arrayContaining([
      'hunter2-url',
      'token=hunter2-query',
      'hunter2-unknown-key',
      'hunter2-not-a-path',
    ]),
  );
});

test.each([
  ['GET https://me:hunter2@r.example.com/v2/', 'GET https://me:***@r.example.com/v2/'],
  ['Authorization: Bearer hunter2.abc', 'Authorization: *** ***'],
  ['login with {"password":"hunter2","user":"me"}', 'login with {"password":"***","user":"me"}'],
  ['API_KEY=hunter2 started', 'API_KEY=*** started'],
  ['nothing to hide: it exited with code 1', 'nothing to hide: it exited with code 1'],
])('%s', (line, expected) => {
  expect(scrub(line)).toBe(expected);
});

test('a long line takes no long time', () => {
  const beganMs = performance.now();
  for (const piece of [' ', 'a', ':', '://a:', 'token=', 'basic '])
    scrub(piece.repeat(1_000_000 / piece.length));
  expect(performance.now() - beganMs).toBeLessThan(2000);
});

import { expect, test } from 'vitest';
import { unavailable } from '../../../agent/docker/engine-error.ts';

test.each([
  ['ENOENT', 'there is no such file or directory', /installed and running\?$/],
  ['EACCES', 'this user has no right to it', /belongs in the group "docker"$/],
  [
    'ECONNREFUSED',
    'connection refused: nothing listens there, or a firewall is in between',
    /systemctl status docker$/,
  ],
])('an engine that is away with %s is told with its socket, in words', (code, words, hint) => {
  const error = Object.assign(new Error(`connect ${code} /run/docker.sock`), {
    code,
    address: '/run/docker.sock',
  });
  expect(unavailable(error)).toMatchObject({
    message: `the container engine cannot be reached at /run/docker.sock: ${words}`,
    hint: expect.stringMatching(hint),
  });
});

test('one that falls silent in the middle is told without', () => {
  const error = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  expect(unavailable(error).message).toBe('the container engine cannot be reached: the connection was reset');
});

import { expect, test } from 'vitest';
import { answerChallenge, originOf } from '../../../lib/oci/registry-auth.ts';

test.each([
  ['127.0.0.1:5000', 'http://127.0.0.1:5000'],
  ['localhost:5000', 'http://localhost:5000'],
  ['[::1]:5000', 'http://[::1]:5000'],
  ['registry.example', 'https://registry.example'],
  ['localhost.example', 'https://localhost.example'],
  ['127.example:5000', 'https://127.example:5000'],
])('%s is spoken to at %s', (host, origin) => {
  expect(originOf(host)).toBe(origin);
});

test.each([
  ['a place in clear text', 'Bearer realm="http://registry.example/token"'],
  ['no place', 'Bearer service="hub"'],
  ['a way that nobody knows', 'Negotiate'],
  ['nothing', ''],
])('a challenge with %s is answered with no password', async (_, challenge) => {
  const answer = answerChallenge(challenge, { username: 'edge', password: 's3cret' });
  await expect(answer).rejects.toMatchObject({ code: 'registry_auth' });
});

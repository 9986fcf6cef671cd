import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { registriesCheck } from '../../../agent/checks/registries.ts';
import { listenOnLoopback } from '../../fakes/loopback.ts';
import { KNOWN } from './known.ts';

test('one that answers with whatever is reached; one that is not there is told with why', async () => {
  const server = createServer((_, response) => response.writeHead(401, { Connection: 'close' }).end());
  const port = await listenOnLoopback(server);
  const hosts = [`127.0.0.1:${port}`, 'no-such-registry.invalid'];
  const told = await registriesCheck(hosts).look(KNOWN, new AbortController().signal);
  await new Promise((resolve) => server.close(resolve));
  expect(told).toEqual([
    { result: 'ok', text: `127.0.0.1:${port} answers (HTTP 401)` },
    { result: 'error', text: expect.stringMatching(/^no-such-registry\.invalid cannot be reached: /) },
  ]);
});

import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { connectDocker } from '../../../agent/docker/client.ts';
import { isSilence } from '../../../agent/docker/engine-error.ts';

let server: Server | undefined;

afterEach(
  () => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))),
);

async function listen(socketPath: string): Promise<void> {
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"half": ', () => response.destroy());
  });
  await new Promise<void>((resolve) => server?.listen(socketPath, resolve));
}

test('an engine that ends in the middle of an answer is one that does not answer', async () => {
  const socketPath = path.join(tmpdir(), `holdfast-client-${process.pid}.sock`);
  await listen(socketPath);
  const docker = connectDocker(socketPath, 25);
  // On a machine that is busy the limit may pass before the head of the answer has come: the same to the agent.
  await expect(docker.info()).rejects.toSatisfy(isSilence);
});

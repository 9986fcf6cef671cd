import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EngineBystander } from '../../../agent/docker/bystander.ts';

let folder = '';
let server: Server | null = null;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-engine-'));
});

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  rmSync(folder, { recursive: true, force: true });
});

async function engine(answer: RequestListener, limitMs = 1000): Promise<EngineBystander> {
  const socket = path.join(folder, 'engine.sock');
  const listening = createServer(answer);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(socket, resolve));
  return new EngineBystander(socket, limitMs);
}

it('tells of containers what is no secret, whatever else the engine says', async () => {
  const labels = { 'io.holdfast.deployment': 'line', 'io.holdfast.service': 'web', token: 'hunter2-label' };
  const listed = [
    { Id: 'a1', Names: ['/line-web'], Image: 'x:1', State: 'running', Status: 'Up', Labels: labels },
    { Id: 'b2', Names: null, Command: 'serve --password hunter2' },
  ];
  const bystander = await engine((_, response) => response.end(JSON.stringify(listed)));
  expect(await bystander.containers()).toEqual([
    {
      ...{ id: 'a1', name: 'line-web', image: 'x:1', state: 'running', status: 'Up' },
      ...{ deployment: 'line', service: 'web' },
    },
    { id: 'b2', name: '', image: '', state: '', status: '', deployment: null, service: null },
  ]);
});

it('leaves out of the facts what may hold credentials', async () => {
  const info = { Driver: 'overlay2', HttpProxy: 'http://me:hunter2@proxy', Labels: ['token=hunter2'] };
  const bystander = await engine((_, response) => response.end(JSON.stringify(info)));
  expect(await bystander.info()).toEqual({ Driver: 'overlay2' });
});

it('gives up an engine that says nothing, or breaks off', async () => {
  const silent = await engine((_, response) => response.writeHead(200).write('['), 200);
  const beganMs = performance.now();
  await expect(silent.containers()).rejects.toThrow();
  expect(performance.now() - beganMs).toBeLessThan(1000);
});

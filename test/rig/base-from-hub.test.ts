import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { pythonFilesOf } from '../../scripts/rig/base-from-hub.ts';
import { createLayer } from '../../scripts/rig/oci-layer.ts';
import { RegistryClient } from '../../scripts/rig/registry-client.ts';
import { listenOnLoopback } from '../fakes/loopback.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

describe('the client of a hub', () => {
  test('gets a token from where the refusal points, once, and reads with it', async () => {
    const asked: string[] = [];
    const host = await serveHub(asked);
    const client = new RegistryClient(host);
    const first = await client.getManifest('library/python', '3-slim');
    await client.getManifest('library/python', '3-slim');
    expect(first.data.toString()).toBe('{}');
    expect(asked.filter((url) => url.startsWith('/token'))).toEqual([
      '/token?service=hub&scope=repository%3Alibrary%2Fpython%3Apull',
    ]);
  });
});

describe('the files of a Python source archive', () => {
  test('are those of its package, placed where PYTHONPATH points', async () => {
    const archive = await createLayer([
      { path: 'paho_mqtt-2.1.0/README.rst', type: 'file', content: Buffer.from('read me') },
      { path: 'paho_mqtt-2.1.0/src/paho/mqtt/client.py', type: 'file', content: Buffer.from('pass') },
      { path: 'paho_mqtt-2.1.0/tests/paho/test.py', type: 'file', content: Buffer.from('pass') },
    ]);
    expect(await pythonFilesOf(await archive.read())).toEqual([
      { path: 'opt/python/paho/mqtt/client.py', type: 'file', content: Buffer.from('pass') },
    ]);
  });
});

async function serveHub(asked: string[]): Promise<string> {
  const hub = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.startsWith('/token')) response.end(JSON.stringify({ token: 'abc' }));
    else if (request.headers.authorization === 'Bearer abc') response.end('{}');
    else {
      const challenge = `Bearer realm="http://${request.headers.host}/token",service="hub",scope="repository:library/python:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
  });
  server = hub;
  return `127.0.0.1:${await listenOnLoopback(hub)}`;
}

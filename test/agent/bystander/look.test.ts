import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookWithoutAgent } from '../../../agent/bystander/look.ts';
import { askWithin } from '../../../agent/bystander/told.ts';
import { openStore } from '../../../agent/store/open-store.ts';
import { withoutAgentSchema } from '../../../protocol/operations/without-agent.ts';
import { makeDeployment } from '../cli/fixtures.ts';

let folder = '';
let servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-look-'));
});

afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
  rmSync(folder, { recursive: true, force: true });
});

function configure(more = ''): string {
  const file = path.join(folder, 'holdfast.toml');
  const lines = [
    `data_dir = "${folder}/data"`,
    more,
    `[broker]\nurl = "mqtt://127.0.0.1:1883"`,
    `[engine]\nsocket = "${folder}/engine.sock"`,
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}

it('tells what the store holds while the engine hangs', async () => {
  const store = openStore(path.join(folder, 'data'));
  store.saveStatus(makeDeployment());
  const server = createServer((connection) => connection.resume());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path.join(folder, 'engine.sock'), resolve));
  const beganMs = performance.now();
  const known = await lookWithoutAgent(configure());
  expect(performance.now() - beganMs).toBeLessThan(1500);
  store.close();
  expect(v.is(withoutAgentSchema, known)).toBe(true);
  expect(known).toMatchObject({
    agent: null,
    config_fault: null,
    deployments: [{ deployment: 'line-vision' }],
    containers: null,
  });
  expect(known.missing).toContainEqual({
    what: `the engine at ${folder}/engine.sock`,
    why: expect.any(String),
  });
});

it('finds the store of a configuration that has a fault, and tells the fault', async () => {
  openStore(path.join(folder, 'data')).close();
  const known = await lookWithoutAgent(configure('groups = 3'));
  expect(known.config_fault).toMatch(/holdfast\.toml: groups: a list of group names/);
  expect(known.deployments).toEqual([]);
});

it('says of each that is not there why nothing is known of it', async () => {
  const { missing, deployments, stored_at } = await lookWithoutAgent(configure());
  expect({ deployments, stored_at }).toEqual({ deployments: null, stored_at: null });
  expect(missing).toContainEqual({
    what: `the store in ${folder}/data`,
    why: 'there is no such file or directory',
  });
});

it('waits for nobody longer than it was told', async () => {
  expect(await askWithin(20, () => new Promise(() => undefined))).toEqual({
    ok: false,
    why: 'there was no answer in 0.02 s',
  });
});

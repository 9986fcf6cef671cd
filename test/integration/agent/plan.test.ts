// What `holdfast plan FILE` says is what then happens, on a real engine and registry: side by side, for each kind of change.
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import type { PlanAnswer } from '../../../protocol/operations/plan.ts';
import { buildImage } from '../../../scripts/rig/images.ts';
import { TcpProxy } from '../../fakes/tcp-proxy.ts';
import { absent, hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const MIB = 1024 ** 2;
/** Of the answers' heads, and of manifests that are asked for twice. */
const SLACK_BYTES = 32 * 1024;

let world: World;
let manager: Manager;
/** In front of the registry: it counts what is fetched. */
let proxy: TcpProxy;
let registryHost: string;
let name: string;

beforeAll(async () => {
  world = new World();
  ({ manager } = await world.start());
  const registry = await world.registry();
  registryHost = registry.host;
  proxy = await TcpProxy.start(Number(registry.host.split(':')[1]));
  world.defer(() => proxy.close());
  world.defer(() => world.engine.removeAll(world.mark, [`127.0.0.1:${proxy.port}`]));
  name = world.name('plan');
});
afterAll(() => world.close());

/** An image whose own layer has so many bytes that do not compress, by the way through the proxy. */
async function push(tag: string, bytes: number): Promise<string> {
  const source = readFileSync(new URL('../../../examples/hello/hello.py', import.meta.url));
  const recipe = {
    ...{ name: 'hello', tag, cmd: ['python3', 'hello.py'] },
    files: { 'hello.py': source, VERSION: `${tag}\n`, 'data.bin': randomBytes(bytes) },
  };
  await buildImage(recipe, { registryHost });
  return `127.0.0.1:${proxy.port}/hello:${tag}`;
}

async function plan(document: object): Promise<{ code: number; answer: PlanAnswer }> {
  const file = path.join(world.dir, 'document.json');
  writeFileSync(file, JSON.stringify(document));
  const out: string[] = [];
  const context = {
    environment: { configPath: null, socketPath: path.join(world.dir, 'api.sock') },
    out: { columns: null, hasColour: false, write: (text: string) => void out.push(text) },
    err: { write: (text: string) => void out.push(text) },
    now: () => new Date(),
    signal: new AbortController().signal,
  };
  const code = await runCommand(['plan', file, '--json'], context, VERBS);
  return { code, answer: JSON.parse(out.join('')) };
}

function actions({ services }: PlanAnswer): Record<string, string> {
  return Object.fromEntries(services.map(({ service, action }) => [service, action]));
}

/** By service, the container that runs: which, since when, and with how much memory. */
async function running(): Promise<Record<string, readonly [string, string, number | undefined]>> {
  const up = (await world.engine.containersOf(name)).filter(({ State }) => State.Running);
  return Object.fromEntries(
    up.map(({ Id, Config, State, HostConfig }) => [
      Config.Labels['io.holdfast.service'],
      [Id, State.StartedAt, HostConfig.Memory] as const,
    ]),
  );
}

async function carryOut(document: { revision: number }, phase: 'converged' | 'removed') {
  const before = await running();
  const fetchedBefore = proxy.answeredBytes;
  await manager.publish(name, document);
  await manager.phase(name, phase, document.revision);
  const after = await running();
  const services = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const done = Object.fromEntries(
    services.map((service) => {
      const [was, is] = [before[service], after[service]];
      if (was === undefined) return [service, 'create'];
      if (is === undefined) return [service, 'remove'];
      if (was[0] !== is[0]) return [service, 'replace'];
      return [service, was[1] === is[1] && was[2] !== is[2] ? 'update' : 'keep'];
    }),
  );
  return { done, fetched: proxy.answeredBytes - fetchedBefore };
}

/** All that a plan could have changed: the store's files to the byte, and what the engine has. */
async function everything(): Promise<unknown> {
  const folder = path.join(world.dir, 'data');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
  const hashes = files.map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]);
  return { hashes, running: await running(), there: await world.engine.findAll(world.mark) };
}

/** As it is once the agent has nothing left to do: old containers are gone, and all that was told is taken. */
async function atRest(): Promise<unknown> {
  let last = await everything();
  await waitFor('the agent to come to rest', async () => {
    const before = last;
    await delay(1000);
    last = await everything();
    return isDeepStrictEqual(before, last);
  });
  return last;
}

test('actions and bytes, planned and then done', async () => {
  const [one, two, side] = [await push('1', 2 * MIB), await push('2', 3 * MIB), await push('side', MIB)];
  const limits = (memory: string): object => ({ deploy: { resources: { limits: { memory } } } });
  const quiet = hello(side, { command: ['sleep', '3600'] });
  const { probe: _probe, ...sleeper } = quiet;
  const steps = [
    [
      'create',
      present(name, 1, { hello: hello(one, limits('64M')), side: sleeper }, { volumes: { data: {} } }),
    ],
    ['image change', present(name, 2, { hello: hello(two, limits('64M')), side: sleeper })],
    ['limits only', present(name, 3, { hello: hello(two, limits('96M')), side: sleeper })],
    ['no change', present(name, 4, { hello: hello(two, limits('96M')), side: sleeper })],
    ['removal', absent(name, 5, ['data'])],
  ] as const;
  for (const [what, document] of steps) {
    const before = await atRest();
    const { code, answer } = await plan(document);
    expect(await everything(), what).toEqual(before);
    expect({ what, code, verdict: answer.verdict, blocked: answer.blocked_by }).toEqual({
      ...{ what, code: 0, verdict: 'change', blocked: [] },
    });
    const { done, fetched } = await carryOut(document, document.state === 'absent' ? 'removed' : 'converged');
    expect(actions(answer), what).toEqual(done);
    const planned = answer.fetch.bytes ?? Number.NaN;
    expect(fetched, what).toBeGreaterThanOrEqual(planned);
    expect(fetched, what).toBeLessThanOrEqual(planned === 0 ? 0 : planned + SLACK_BYTES);
  }
});

test('over MQTT, with the answer in the reply', async () => {
  const image = `127.0.0.1:${proxy.port}/hello:1`;
  const document = present(world.name('asked'), 1, { hello: hello(image) });
  const [reply] = await manager.ask('p1', 'plan', { document: JSON.stringify(document) });
  expect(reply).toMatchObject({ status: 'succeeded', answer: { verdict: 'change' } });
  const [stale] = await manager.ask('p2', 'plan', { document: JSON.stringify(absent(name, 1)) });
  expect(stale).toMatchObject({ answer: { verdict: 'refused', refused: { code: 'stale' } } });
});

test('a registry that is away, an image that it has not, and a file that is refused', async () => {
  const there = await plan(present(name, 6, { hello: hello(`127.0.0.1:${proxy.port}/hello:none`) }));
  expect(there).toMatchObject({ code: 1, answer: { blocked_by: [{ code: 'image_not_found' }] } });
  proxy.cut();
  const away = await plan(present(name, 6, { hello: hello(`127.0.0.1:${proxy.port}/hello:none`) }));
  expect(away).toMatchObject({ code: 0, answer: { verdict: 'change', fetch: { bytes: null } } });
  expect(away.answer.fetch.images[0]?.note).toContain(`127.0.0.1:${proxy.port}`);
  proxy.mend();
  expect(await plan(absent(name, 1))).toMatchObject({ code: 2, answer: { refused: { code: 'stale' } } });
});

// Faults of the device and of what is around it, planted on real parts: `holdfast why` is asked once, and has to name the
// cause on the first line. Faults of one deployment are in why.test.ts.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { startMosquitto } from '../../../scripts/rig/mosquitto.ts';
import { makeAuthority } from '../broker/certificates.ts';
import { type Asked, askWhy } from '../support/ask-why.ts';
import { type Document, hello, present } from '../support/documents.ts';
import { pushOwnHello } from '../support/own-images.ts';
import { expectSteady } from '../support/wait-for.ts';
import { type AgentOptions, World } from '../support/world.ts';

const V1 = inject('rig').images['hello:1.0.0'].reference;
/** Longer than anything of these is kept back before it is told. */
const LASTING_MS = 17_000;

interface Fault {
  readonly what: string;
  /** Plants it, and says how the agent is configured. */
  readonly plant: (world: World) => Promise<AgentOptions> | AgentOptions;
  readonly code: string;
  readonly line: RegExp;
}

async function brokerWith(world: World, extraConfig: string, isOpen = true): Promise<number> {
  const dir = path.join(world.dir, 'other-broker');
  const mosquitto = await startMosquitto({ dir, extraConfig, openListener: isOpen });
  world.defer(() => mosquitto.stop());
  return mosquitto.port;
}

/** One that wants TLS, and whose authority nobody here knows; at this port. */
async function brokerWithTls(world: World): Promise<number> {
  const pair = makeAuthority(path.join(world.dir, 'ca')).sign('localhost', 'IP:127.0.0.1');
  const port = await world.port();
  await brokerWith(
    world,
    `listener ${port} 127.0.0.1\ncertfile ${pair.cert}\nkeyfile ${pair.key}\nallow_anonymous true`,
  );
  return port;
}

function write(world: World, name: string, text: string): string {
  const file = path.join(world.dir, name);
  writeFileSync(file, text, { mode: 0o644 });
  return file;
}

const FAULTS: readonly Fault[] = [
  {
    what: 'the configuration is still the example',
    plant: () => ({ brokerUrl: 'mqtts://broker.example.com:8883' }),
    ...{ code: 'broker_not_configured', line: /broker\.url is still the example/ },
  },
  {
    what: 'nothing listens where the broker should be',
    plant: async (world) => ({ brokerUrl: `mqtt://127.0.0.1:${await world.port()}` }),
    ...{ code: 'broker_unreachable', line: /connection refused/ },
  },
  {
    what: "the broker's name is not known",
    plant: () => ({ brokerUrl: 'mqtt://no-such-broker.invalid:1883' }),
    ...{ code: 'broker_unreachable', line: /look-up|name|DNS/i },
  },
  {
    what: 'the broker wants a password',
    plant: async (world) => ({
      brokerUrl: `mqtt://127.0.0.1:${await brokerWith(world, 'allow_anonymous false')}`,
    }),
    ...{ code: 'broker_refused_credentials', line: /broker\.username and broker\.password_file/ },
  },
  {
    what: 'the port wants TLS',
    plant: async (world) => ({ brokerUrl: `mqtt://127.0.0.1:${await brokerWithTls(world)}` }),
    ...{ code: 'broker_closed', line: /does it want TLS/ },
  },
  {
    what: "nobody here knows the broker's authority",
    plant: async (world) => ({ brokerUrl: `mqtts://127.0.0.1:${await brokerWithTls(world)}` }),
    ...{ code: 'broker_tls', line: /set broker\.ca_file/ },
  },
  {
    what: 'the rules of the broker keep the device from its topics',
    plant: async (world) => {
      const rules = write(world, 'rules', 'topic readwrite holdfast/v1/devices/+/presence\n');
      return { brokerUrl: `mqtt://127.0.0.1:${await brokerWith(world, `acl_file ${rules}`)}` };
    },
    ...{ code: 'broker_denied', line: /^the rules of mqtt:\/\/127\.0\.0\.1:\d+ keep holdfast\/v1\// },
  },
  {
    what: 'what listens there never answers',
    plant: async (world) => {
      const port = await world.port();
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        world.defer(() => socket.destroy());
      });
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      world.defer(() => server.close());
      return { brokerUrl: `mqtt://127.0.0.1:${port}` };
    },
    ...{ code: 'broker_no_answer', line: /it has not answered yet|did not answer/ },
  },
  {
    what: 'the engine does not run',
    plant: (world) => ({ engineSocket: `${world.dir}/none.sock` }),
    ...{ code: 'engine_unreachable', line: /none\.sock/ },
  },
  {
    what: 'what is at the socket is no engine',
    plant: async (world) => {
      const socketPath = `${world.dir}/other.sock`;
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end('SSH-2.0-OpenSSH\r\n');
      });
      await new Promise<void>((resolve) => server.listen(socketPath, resolve));
      world.defer(() => server.close());
      return { engineSocket: socketPath };
    },
    ...{ code: 'engine_unreachable', line: /what answers at the engine's socket is no Docker Engine/ },
  },
  {
    what: 'the engine has no room for images',
    plant: () => ({ imageReserve: '900G' }),
    ...{ code: 'image_space', line: /^no image can be pulled: .* are free in .*, the reserve is 900\.0 GiB/ },
  },
  {
    what: 'the engine has no subnet left',
    plant: async (world) => {
      const engine = await world.forwardEngine(`${world.dir}/engine.sock`);
      const message = 'could not find an available, non-overlapping IPv4 address pool among the defaults';
      engine.misbehave('POST', /\/networks\/create/, { kind: 'error', status: 404, message });
      return { engineSocket: engine.socketPath };
    },
    ...{ code: 'no_address_pool', line: /IPv4 address pool/ },
  },
  {
    what: 'the disk of the engine is full',
    plant: async (world) => {
      const engine = await world.forwardEngine(`${world.dir}/engine.sock`);
      const message = 'mkdir /var/lib/docker/overlay2/abc: no space left on device';
      engine.misbehave('POST', /\/containers\/create/, { kind: 'error', status: 500, message });
      return { engineSocket: engine.socketPath };
    },
    ...{ code: 'no_space', line: /no space left on device/ },
  },
];

const asked: { readonly what: string; readonly isNamed: boolean; readonly ms: number }[] = [];
afterAll(() => {
  const named = asked.filter(({ isNamed }) => isNamed).length;
  const slowest = Math.round(Math.max(...asked.map(({ ms }) => ms)));
  console.log(`${named} of ${asked.length} named on line 1, in ${slowest} ms at most`);
});

function isOfUpdate({ imageReserve, engineSocket }: AgentOptions): boolean {
  return imageReserve !== undefined || engineSocket?.endsWith('engine.sock') === true;
}

/** With an image that is not here yet, a network that is not, and so a new container. */
async function updateOf(world: World, name: string): Promise<Document> {
  const { host } = await world.registry();
  const service = hello(await pushOwnHello(host), { networks: { other: {} } });
  return present(name, 2, { hello: service }, { networks: { other: {} } });
}

/** A device with one deployment, and what its technician is told once all has lasted for a while. */
async function askOn(plant: Fault['plant']): Promise<Asked> {
  const world = new World();
  try {
    await world.mosquitto();
    const manager = await world.manager();
    const name = world.name('web');
    // First with all that works, so that the device has something to run.
    const agent = await world.agent();
    await manager.publish(name, present(name, 1, { hello: hello(V1) }));
    await manager.phase(name, 'converged', 1, 60_000);
    await agent.stop();
    const options = await plant(world);
    if (isOfUpdate(options)) await manager.publish(name, await updateOf(world, name));
    await world.agent(options);
    await expectSteady('time passes', LASTING_MS + (isOfUpdate(options) ? 10_000 : 0), () => true);
    return await askWhy(`${world.dir}/api.sock`);
  } finally {
    await world.close();
  }
}

describe.concurrent('with one fault, planted on real parts', () => {
  test.each(FAULTS)('$what', async ({ what, plant, code, line }) => {
    const { answer, lines, ms } = await askOn(plant);
    const [finding] = answer.findings;
    const isNamed = finding?.code === code && line.test(lines[0] ?? '');
    asked.push({ what, isNamed, ms });
    if (!isNamed) console.log(`missed: ${what}: ${finding?.code}: ${lines[0]}`);
    expect({ code: finding?.code, line: lines[0] }).toEqual({ code, line: expect.stringMatching(line) });
    expect(ms).toBeLessThan(2000);
  });

  test('and with none a device has no finding', async () => {
    const { answer, lines, exitCode } = await askOn(() => ({}));
    expect(answer.findings).toEqual([]);
    expect(lines[0]).toBe('all well: 1 deployment, 1 service');
    expect(exitCode).toBe(0);
  });
});

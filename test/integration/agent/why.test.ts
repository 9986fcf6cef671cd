// Faults of deployments, planted on real parts: once a deployment has settled in one, `holdfast why` is asked once, and
// has to name its cause on the first line. Faults of the device are in why-device.test.ts.
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Status } from '../../../protocol/reports/status.ts';
import { askWhy } from '../support/ask-why.ts';
import { type Document, hello, present, publish, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { pushOwnHello } from '../support/own-images.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const { images, registry } = inject('rig');
const V1 = images['hello:1.0.0'].reference;
const BROKEN = images['hello:broken'].reference;
const CRASH = images['hello:crash'].reference;

const CREDENTIALS = { username: 'edge', password: 's3cret' };

interface Fault {
  readonly what: string;
  /** Its documents, one after the other; the next one comes when the one before has converged. */
  readonly plant: (name: string) => readonly Document[] | Promise<readonly Document[]>;
  readonly code: string;
  readonly line: RegExp;
  /** Default: it has settled, and is not well. */
  readonly isReady?: (status: Status) => boolean;
}

let world: World;
let manager: Manager;
/** Hosts of registries: one that is not there any more, and one that wants a login. */
let down: string;
let locked: string;

const settledBadly = ({ phase, refused }: Status): boolean =>
  phase === 'failed' || phase === 'rolled_back' || phase === 'degraded' || refused !== null;
const withReason =
  (code: string) =>
  ({ reason }: Status): boolean =>
    reason?.code === code;

/** A first deployment of one service. */
const first =
  (service: Service, changes: Partial<Document> = {}) =>
  (name: string) => [present(name, 1, { hello: service }, changes)];
/** An update from a good one. */
const update = (service: Service) => (name: string) => [
  present(name, 1, { hello: hello(V1) }),
  present(name, 2, { hello: service }),
];
/** Python instead of the image's own program, with no probe. */
const python = (source: string): Service => ({
  image: V1,
  command: ['python3', '-u', '-c', source],
  stop_grace_period: '1s',
});

const KEY_ERROR = 'import os; print(os.environ["SERIAL_PORT"])';
const EATS_MEMORY = 'b = bytearray(256 * 1024 * 1024)';
const HANGS_AT_HTTP = 'import socket, time\ns = socket.create_server(("", 8080))\ntime.sleep(3600)';
const BEATS_ONCE = [
  'import pathlib, time',
  'pathlib.Path("/beat/beat").touch()',
  'time.sleep(2)',
  'pathlib.Path("/beat/beat").touch()',
  'time.sleep(3600)',
].join('\n');
const SLEEPS = 'import time; time.sleep(3600)';

async function takePort(): Promise<number> {
  const port = await world.port();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  world.defer(() => new Promise((resolve) => server.close(resolve)));
  return port;
}

const FAULTS: readonly Fault[] = [
  {
    what: 'the image is not in the registry',
    plant: first(hello(`${registry.host}/no-such-image:1.0.0`)),
    ...{ code: 'image_not_found', line: /no-such-image/ },
  },
  {
    what: 'the tag is not in the registry',
    plant: update(hello(`${registry.host}/hello:no-such-tag`)),
    ...{ code: 'image_not_found', line: /no-such-tag/ },
  },
  {
    what: 'the image is for another CPU',
    plant: first(hello(images['foreign:1.0.0'].reference)),
    ...{ code: 'no_matching_platform', line: /this device is linux\/\w+; the image offers linux\/s390x/ },
  },
  {
    what: 'the registry is down',
    plant: (name) => {
      return [present(name, 1, { hello: hello(`${down}/hello:own`) })];
    },
    isReady: withReason('registry_unreachable'),
    ...{ code: 'registry_unreachable', line: /^registry 127\.0\.0\.1:\d+: .*connection refused/ },
  },
  {
    what: 'the registry wants a login',
    plant: (name) => {
      return [present(name, 1, { hello: hello(`${locked}/hello:own`) })];
    },
    ...{ code: 'registry_auth', line: /^registry 127\.0\.0\.1:\d+: / },
  },
  {
    what: 'another program has the host port',
    plant: async (name) => [present(name, 1, { hello: hello(V1, { ports: publish(await takePort()) }) })],
    ...{ code: 'port_taken', line: /host port \S+ is taken: a program of this device has it/ },
  },
  {
    what: 'the path of a bind mount is missing',
    plant: first(
      hello(V1, {
        volumes: [
          { type: 'bind', source: '/no/such/path', target: '/data', bind: { create_host_path: false } },
        ],
      }),
    ),
    ...{ code: 'path_missing', line: /\/no\/such\/path/ },
  },
  {
    what: 'a device is not plugged in',
    plant: first(
      hello(V1, { devices: [{ source: '/dev/ttyUSB77', target: '/dev/ttyUSB77', permissions: 'rw' }] }),
    ),
    ...{ code: 'device_missing', line: /\/dev\/ttyUSB77/ },
  },
  {
    what: 'a program is killed for its memory',
    plant: update({ ...python(EATS_MEMORY), deploy: { resources: { limits: { memory: '32M' } } } }),
    ...{ code: 'oom_killed', line: /memory limit/ },
  },
  {
    what: 'a program fails at its start',
    plant: first(python(KEY_ERROR)),
    ...{ code: 'exited', line: /exited with code 1/ },
  },
  {
    what: 'a program crashes some time after each start, and runs at most looks',
    plant: first({ image: CRASH, environment: { CRASH_AFTER: '4' } }),
    isReady: ({ phase, services: { hello: service } }) =>
      phase === 'degraded' && service?.state === 'running' && service.restarts >= 3,
    ...{ code: 'exited', line: /has failed 3 times within \S+; the last time: it exited with code 3/ },
  },
  {
    what: 'a heartbeat stops',
    plant: first({
      ...python(BEATS_ONCE),
      probe: {
        heartbeat: { target: '/beat', file: 'beat', max_age: '3s' },
        interval: '1s',
        failures: 1,
      } as never,
    }),
    ...{ code: 'unhealthy', line: /was not touched/ },
  },
  {
    what: 'a program answers no probe any more',
    plant: update(hello(V1, { command: ['python3', '-c', HANGS_AT_HTTP] })),
    ...{ code: 'unhealthy', line: /no answer from port 8080 within 1000 ms/ },
  },
  {
    what: 'a program answers its probe with 500',
    plant: update(hello(BROKEN)),
    ...{ code: 'unhealthy', line: /HTTP 500 from port 8080/ },
  },
  {
    what: 'nothing listens at the port of the probe',
    plant: update(
      hello(V1, { probe: { tcp: { port: 9 }, interval: '500ms', timeout: '1s', failures: 2, grace: '2s' } }),
    ),
    isReady: ({ phase }) => phase === 'rolled_back',
    ...{ code: 'unhealthy', line: /port 9/ },
  },
  {
    what: 'a typing error in the command, with an init process',
    plant: first(hello(V1, { command: ['pyhton3', 'hello.py'] })),
    ...{ code: 'command_not_found', line: /./ },
  },
  {
    what: 'a typing error in the command, without one',
    plant: first(hello(V1, { command: ['pyhton3', 'hello.py'], init: false })),
    ...{ code: 'command_not_found', line: /pyhton3/ },
  },
  {
    what: 'a service that another waits for fails',
    plant: (name) => [
      present(name, 1, {
        db: python(KEY_ERROR),
        web: hello(V1, { depends_on: { db: { condition: 'service_healthy' } } }),
      }),
    ],
    ...{ code: 'exited', line: /\/db: .*exited with code 1/ },
  },
  {
    what: 'a job that another waits for fails',
    plant: (name) => [
      present(name, 1, {
        migrate: { ...python('raise SystemExit(7)'), restart: 'no' },
        web: hello(V1, { depends_on: { migrate: { condition: 'service_completed_successfully' } } }),
      }),
    ],
    ...{ code: 'exited', line: /\/migrate: .*exited with code 7/ },
  },
  {
    what: 'a program is too slow for its deadline',
    plant: (name) => [
      present(
        name,
        1,
        {
          hello: hello(V1, { command: ['python3', '-c', SLEEPS], probe: { tcp: { port: 9 }, grace: '60s' } }),
        },
        { update: { healthy_after: '1s', deadline: '5s' } },
      ),
    ],
    ...{ code: 'deadline', line: /./ },
  },
  {
    what: 'a document that is none',
    plant: (name) => [
      present(name, 1, { hello: hello(V1) }),
      present(name, 2, { hello: { ...hello(V1), restart: 'sometimes' as never } }),
    ],
    ...{ code: 'document_refused', line: /revision 2 was refused: .*restart/ },
  },
  {
    what: 'an older revision',
    plant: (name) => [
      present(name, 5, { hello: hello(V1) }),
      present(name, 4, { hello: hello(V1, { environment: { A: 'b' } }) }),
    ],
    ...{ code: 'document_refused', line: /revision 4 was refused/ },
  },
  {
    what: 'an update waits for its window',
    plant: (name) => [
      present(name, 1, { hello: hello(V1) }),
      present(
        name,
        2,
        { hello: hello(V1, { environment: { A: 'b' } }) },
        { update: { window: { cron: '0 0 29 2 *', length: '1m', zone: 'UTC' } as never } },
      ),
    ],
    isReady: withReason('window'),
    ...{ code: 'window', line: /waits for the update window, which opens at/ },
  },
  {
    what: 'a subnet that another network has',
    plant: async (name) => {
      await world.engine.docker.createNetwork({
        Name: `${name}-other`,
        IPAM: { Driver: 'default', Config: [{ Subnet: '10.253.77.0/24' }] },
      });
      return [
        present(
          name,
          1,
          { hello: hello(V1, { networks: { lan: {} } }) },
          { networks: { lan: { ipam: { config: [{ subnet: '10.253.77.0/24' }] } } } as never },
        ),
      ];
    },
    ...{ code: 'subnet_taken', line: /./ },
  },
  {
    what: 'a volume of that name is somebody else’s',
    plant: async (name) => {
      await world.engine.docker.createVolume({ Name: `holdfast_${name}_data` });
      return [
        present(
          name,
          1,
          { hello: hello(V1, { volumes: [{ type: 'volume', source: 'data', target: '/data' }] }) },
          { volumes: { data: {} } },
        ),
      ];
    },
    ...{ code: 'name_taken', line: /_data/ },
  },
  {
    what: 'a volume that cannot be mounted',
    plant: (name) => [
      present(
        name,
        1,
        { hello: hello(V1, { volumes: [{ type: 'volume', source: 'share', target: '/data' }] }) },
        {
          volumes: {
            share: {
              driver_opts: { type: 'nfs', device: ':/no/such', o: 'addr=127.0.0.1,soft,timeo=1,retrans=0' },
            },
          },
        },
      ),
    ],
    ...{ code: 'mount_failed', line: /./ },
  },
];

const times: number[] = [];
const missed: string[] = [];

beforeAll(async () => {
  world = new World();
  ({ manager } = await world.start());
  ({ host: locked } = await world.registry(CREDENTIALS));
  await pushOwnHello(locked, CREDENTIALS);
  const stopped = await world.registry();
  down = stopped.host;
  await stopped.stop();
});
afterAll(async () => {
  const slowest = Math.round(Math.max(...times));
  console.log(`${times.length - missed.length} of ${times.length} named on line 1, in ${slowest} ms at most`);
  for (const what of missed) console.log(`missed: ${what}`);
  await world.close();
});

async function publishAll(name: string, documents: readonly Document[]): Promise<void> {
  for (const [index, document] of documents.entries()) {
    const before = documents[index - 1];
    if (before !== undefined) await manager.phase(name, 'converged', before.revision, 60_000);
    await manager.publish(name, document);
  }
}

test.concurrent.each(FAULTS.map((fault, index) => ({ ...fault, index })))(
  '$what',
  async ({ what, plant, code, line, isReady = settledBadly, index }) => {
    const name = world.name(`f${index}`);
    await publishAll(name, await plant(name));
    await manager.status(name, 'the fault shows', isReady, 90_000);
    const { answer, lines, ms, exitCode } = await askWhy(`${world.dir}/api.sock`, name);
    const [finding] = answer.findings;
    times.push(ms);
    if (finding?.code !== code || !line.test(lines[0] ?? ''))
      missed.push(`${what}: ${finding?.code}: ${lines[0]}`);
    expect({ code: finding?.code, line: lines[0] }).toEqual({ code, line: expect.stringMatching(line) });
    expect(ms).toBeLessThan(2000);
    expect(exitCode).toBe(finding?.severity === 'error' ? 1 : 0);
  },
);

test.concurrent('a deployment that is well has no finding', async () => {
  const name = world.name('well');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1, 60_000);
  const asked = await waitFor('the answer', () => askWhy(`${world.dir}/api.sock`, name));
  expect(asked).toMatchObject({ exitCode: 0, answer: { findings: [], folded: [] } });
  expect(asked.lines[0]).toMatch(/^all well: /);
});

// Documents that cannot be taken: each is answered with a code and a path, and what runs does not notice.
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { AgentProcess } from '../support/agent-process.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import type { Identity } from '../support/test-engine.ts';
import { World } from '../support/world.ts';

const image = inject('rig').images['hello:1.0.0'].reference;
const REVISION = 5;

let world: World;
let manager: Manager;
let agent: AgentProcess;
let name: string;
let before: Identity;

beforeAll(async () => {
  world = new World();
  ({ manager, agent } = await world.start());
  name = world.name('web');
  await manager.publish(name, document(REVISION));
  await manager.phase(name, 'converged', REVISION);
  before = await world.engine.identity(name);
});

// Whatever was published: the same container, started once, and the same agent.
afterEach(async () => {
  expect(await world.engine.identity(name)).toEqual(before);
  expect(agent.isRunning).toBe(true);
});

afterAll(() => world.close());

function document(revision: number, greeting = 'Hello') {
  return present(name, revision, { hello: hello(image, { environment: { GREETING: greeting } }) });
}

interface Refused {
  readonly what: string;
  readonly payload: () => object | string | Buffer;
  readonly refused: object;
}

const MIB = 1024 ** 2;

test.each<Refused>([
  {
    what: 'malformed JSON',
    payload: () => '{"schema": "holdfast.deployment/1", ',
    refused: { revision: null, code: 'not_json', path: '' },
  },
  {
    what: 'a payload that is not UTF-8',
    payload: () => Buffer.from([0x7b, 0xff, 0x7d]),
    refused: { revision: null, code: 'not_utf8', path: '' },
  },
  {
    what: 'a JSON value that is no object',
    payload: () => '"a document"',
    refused: { revision: null, code: 'invalid', path: '' },
  },
  {
    what: 'a payload of 1 MiB',
    payload: () => Buffer.alloc(MIB, 'x'),
    refused: { revision: null, code: 'too_large', path: '' },
  },
  {
    what: 'an unknown field',
    payload: () => ({ ...document(6), replicas: 3 }),
    refused: { revision: 6, code: 'invalid', path: 'replicas', message: 'replicas: unknown field' },
  },
  {
    what: 'an unknown field deep inside',
    payload: () => ({ ...document(7), services: { hello: { ...hello(image), no_such_key: true } } }),
    refused: { revision: 7, code: 'invalid', path: 'services.hello.no_such_key' },
  },
  {
    what: 'wrong types, all of them told',
    payload: () => ({ ...document(8), services: { hello: { image: 42, command: 'python3 hello.py' } } }),
    refused: {
      revision: 8,
      code: 'invalid',
      path: 'services.hello.image',
      message: expect.stringMatching(/^services\.hello\.image: .+; services\.hello\.command: .+/),
    },
  },
  {
    what: 'a value that is impossible',
    payload: () =>
      present(name, 9, { hello: hello(image, { depends_on: { db: { condition: 'service_started' } } }) }),
    refused: { revision: 9, code: 'invalid', path: 'services.hello.depends_on.db' },
  },
  {
    what: 'a lower revision',
    payload: () => document(REVISION - 1, 'Old'),
    refused: { revision: REVISION - 1, code: 'stale', path: 'revision' },
  },
  {
    what: 'the same revision with other content',
    payload: () => document(REVISION, 'Other'),
    refused: { revision: REVISION, code: 'conflict', path: 'revision' },
  },
  {
    what: "a document that bears another deployment's name",
    payload: () => ({ ...document(6), name: 'another' }),
    refused: { revision: 6, code: 'wrong_name', path: 'name' },
  },
])(
  '$what is refused with code and path, and nothing else of the status changes',
  async ({ payload, refused }) => {
    const { seq: _seq, at: _at, refused: _refused, ...statusBefore } = manager.latest(name) ?? {};
    await manager.publish(name, payload());
    const status = await manager.status(name, JSON.stringify(refused), (latest) => {
      return latest.refused !== null && expect.objectContaining(refused).asymmetricMatch(latest.refused);
    });
    expect(status).toMatchObject(statusBefore);
    expect(status.phase).toBe('converged');
    await manager.event('document_refused', (event) => {
      return event.type === 'document_refused' && expect.objectContaining(refused).asymmetricMatch(event);
    });
  },
);

test('an empty retained payload, as a broker that is cleared sends, changes nothing', async () => {
  const statuses = manager.statusesOf(name).length;
  await manager.publish(name, '');
  await manager.event(
    'cleared',
    ({ type, deployment }) => type === 'document_cleared' && deployment === name,
  );
  expect(manager.statusesOf(name)).toHaveLength(statuses);
});

test.each(['UPPER', 'with space', '.hidden', 'x'.repeat(64)])(
  'the deployment name "%s", which is none, is answered by an event',
  async (bad) => {
    await manager.publish(bad, { ...document(1), name: bad });
    const event = await manager.event('bad_name', ({ type, code, message }) => {
      return type === 'document_refused' && code === 'bad_name' && String(message).includes(bad);
    });
    expect(event.deployment).toBeUndefined();
    expect(manager.statuses.map(({ deployment }) => deployment)).not.toContain(bad);
  },
);

test('a document for a deployment that was never there is refused under its name', async () => {
  const unknown = world.name('unknown');
  await manager.publish(unknown, 'no JSON');
  await manager.refusal(unknown, 'not_json');
  expect(manager.latest(unknown)).toMatchObject({
    desired: null,
    running: null,
    phase: 'failed',
    services: {},
  });
  expect(await world.engine.containersOf(unknown)).toEqual([]);
});

test('the same content again changes nothing', async () => {
  const statuses = manager.statuses.length;
  await manager.publish(name, document(REVISION));
  // The answer to what comes after shows that this one was read.
  await manager.publish(name, document(REVISION, 'Again other'));
  await manager.refusal(name, 'conflict');
  expect(manager.statuses.slice(statuses).map(({ phase }) => phase)).not.toContain('pulling');
});

test('the next good document takes the refusal away', async () => {
  await manager.publish(name, document(REVISION - 2));
  expect(await manager.refusal(name, 'stale')).toMatchObject({ revision: REVISION - 2 });
  // Only a limit changes, which needs no new container.
  const limited = { deploy: { resources: { limits: { memory: '64M' } } } };
  const environment = { GREETING: 'Hello' };
  await manager.publish(name, present(name, 10, { hello: hello(image, { environment, ...limited }) }));
  const status = await manager.phase(name, 'converged', 10);
  expect(status.refused).toBe(null);
});

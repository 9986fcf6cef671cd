// Services that answer no probe any more, on a real engine: before one is ended its threads are asked, where it is a Python;
// the line in which it hangs is told; and what is none, or does not want it, only gets its stop.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { LastFailure, Status } from '../../../protocol/reports/status.ts';
import { askWhy } from '../support/ask-why.ts';
import { absent, hello, present, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const { images } = inject('rig');
const V1 = images['hello:1.0.0'].reference;

/** Answers three times, and then takes a lock that it has. SIGTERM ends it in order. */
const HANGS = [
  'import os, signal, socket, threading',
  'signal.signal(signal.SIGTERM, lambda *_: (print("in order", flush=True), os._exit(0)))',
  'server, lock = socket.create_server(("", 8080)), threading.Lock()',
  'def save():',
  '    lock.acquire()',
  'def serve(n):',
  '    client, _ = server.accept()',
  '    client.recv(1000)',
  '    if n > 2: lock.acquire(); save()',
  '    client.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n"); client.close()',
  'print("serving", flush=True)',
  'for n in range(1000000): serve(n)',
].join('\n');
/** The same in a child, as servers with workers do. */
const PREFORK = `import os\nif os.fork() > 0: os.wait()\n${HANGS}`;
/** It says when it gets a signal that was meant for a Python. */
const SHELL = "trap 'echo signalled' 6 60; while :; do sleep 0.1; done";

const hangs = (changes: Partial<Service> = {}): Service =>
  hello(V1, { command: ['python3', '-c', HANGS], ...changes });

/** By what is unusual about each, and whether it tells its line. */
const SERVICES: Readonly<Record<string, { readonly service: Service; readonly line: number | null }>> = {
  plain: { service: hangs(), line: 5 },
  first: { service: hangs({ init: false }), line: 5 },
  shut: { service: hangs({ read_only: true, user: '1000', cap_drop: ['ALL'] }), line: 5 },
  shell: {
    service: hangs({ command: ['sh', '-c', 'python3 -c "$CODE"; exit 1'], environment: { CODE: HANGS } }),
    line: 5,
  },
  prefork: { service: hangs({ command: ['python3', '-c', PREFORK] }), line: 7 },
  search: { service: hangs({ environment: { PYTHONPATH: '/srv' } }), line: 5 },
  fallback: {
    service: hangs({ command: ['python3', '-I', '-X', 'faulthandler', '-c', HANGS], init: false }),
    line: 5,
  },
  off: { service: hangs({ environment: { PYTHONFAULTHANDLER: '' } }), line: null },
  isolated: { service: hangs({ command: ['python3', '-I', '-c', HANGS] }), line: null },
  other: { service: hello(V1, { command: ['sh', '-c', SHELL] }), line: null },
};

let world: World;
let manager: Manager;
let name: string;
beforeAll(async () => {
  world = new World();
  ({ manager } = await world.start());
  name = world.name('hang');
  const services = Object.entries(SERVICES).map(([key, { service }]) => [key, service] as const);
  await manager.publish(name, present(name, 1, Object.fromEntries(services)));
});
afterAll(async () => {
  // Else what is restarted just then would be in the way of its own removal.
  for (const gone of [name, `${world.mark}-alone`]) {
    await manager.publish(gone, absent(gone, 2));
    await manager.status(gone, 'it is gone', ({ phase }) => phase === 'removed', 60_000);
  }
  await world.close();
});

/** The failure of a service, once it was asked; where it tells its line, once it has: on a busy machine 1 s may be too short. */
async function failureOf(service: string): Promise<LastFailure | null> {
  const tells = SERVICES[service]?.line !== null;
  const isTold = (failure: LastFailure | null): boolean =>
    failure?.code === 'unhealthy' &&
    (tells ? failure.hang !== undefined : service === 'other' || failure.log !== undefined);
  const { services } = await manager.status(
    name,
    `${service} has failed`,
    (status) => isTold(status.services[service]?.last_failure ?? null),
    120_000,
  );
  return services[service]?.last_failure ?? null;
}

test.each(Object.entries(SERVICES))('%s', async (service, { line }) => {
  const failure = await failureOf(service);
  if (line === null) {
    expect(failure?.hang).toBeUndefined();
    return;
  }
  expect(failure?.hang).toMatchObject({ file: '<string>', line, function: 'save', thread: 'main thread' });
  expect(failure?.log?.join()).not.toContain('most recent call first');
  expect(JSON.stringify(failure).length).toBeLessThanOrEqual(4096);
});

/** What a service has written in all its runs so far. */
async function logOf(service: string): Promise<string> {
  const { services } = await manager.status(
    name,
    'there',
    ({ services: all }) => all[service]?.container != null,
  );
  const container = world.engine.docker.getContainer(services[service]?.container ?? '');
  return (await container.logs({ stdout: true, stderr: true, follow: false })).toString();
}

test.each(['plain', 'fallback'])('%s has its stop and its grace after the dump', async (service) => {
  const log = await waitFor('the end of the run', async () => {
    const text = await logOf(service);
    return /most recent call first.*in order/s.test(text) ? text : null;
  });
  expect(log).toContain('serving');
});

test('what is no Python gets no signal but that of its stop', async () => {
  await failureOf('other');
  expect(await logOf('other')).not.toContain('signalled');
});

test('the first line of why names the line of the program', async () => {
  const alone = world.name('alone');
  await manager.publish(alone, present(alone, 1, { web: hangs() }));
  const hasHung = ({ services }: Status): boolean => services.web?.last_failure?.hang !== undefined;
  await manager.status(alone, 'it has hung', hasHung, 60_000);
  const line = await waitFor('the finding', async () => {
    const { lines } = await askWhy(`${world.dir}/api.sock`, alone);
    return lines[0]?.includes('hangs') === true ? lines[0] : null;
  });
  expect(line).toMatch(/it hangs: main thread at <string>:5 in save/);
});

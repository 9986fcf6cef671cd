// Services that fail of themselves: told as what they are, repaired, and never given up.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { ServiceStatus, Status } from '../../../protocol/reports/status.ts';
import type { AgentProcess } from '../support/agent-process.ts';
import { hello, present, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const images = inject('rig').images;
const V1 = images['hello:1.0.0'].reference;
/** Runs long enough to be taken for good, then ends with code 3, again and again. */
const LOOPING: Service = { image: images['hello:crash'].reference, environment: { CRASH_AFTER: '1.2' } };
const LIMITED = { deploy: { resources: { limits: { memory: '32M' } } } };
const EATS_MEMORY = 'b = bytearray(256 * 1024 * 1024)';
const NEVER_ANSWERS = [
  'import socket, time',
  'server = socket.create_server(("", 8080))',
  'time.sleep(3600)',
].join('\n');

let world: World;
let manager: Manager;
let agent: AgentProcess;
beforeAll(async () => {
  world = new World();
  ({ manager, agent } = await world.start());
});
afterAll(() => world.close());

async function deploy(name: string, service: Service): Promise<void> {
  await manager.publish(name, present(name, 1, { hello: service }));
  await manager.phase(name, 'converged', 1);
}

function helloOf(status: Status | undefined): ServiceStatus | undefined {
  return status?.services.hello;
}

/** The waits that were told, in milliseconds, one for each failure that led to one. */
function waitsTold(name: string): number[] {
  const byTime = new Map<string, number>();
  for (const status of manager.statusesOf(name)) {
    const { at, next_try_at: next } = helloOf(status)?.last_failure ?? {};
    if (at !== undefined && next !== undefined) byTime.set(at, Date.parse(next) - Date.parse(at));
  }
  return [...byTime.values()];
}

// One agent looks after them all at once, as a device does.
test.concurrent('a crash loop is told as degraded with the exit code, held back for longer each time, and never given up', async () => {
  const name = world.name('loop');
  await deploy(name, LOOPING);
  const { id } = await world.engine.identity(name);
  // The third failure in a row is the first that the agent, not the engine, restarts after.
  const held = await manager.status(name, 'held back', (status) => {
    const service = helloOf(status);
    return service?.state === 'exited' && service.last_failure?.next_try_at !== undefined;
  });
  const message = expect.stringMatching(/^it has failed 3 times within \d+s; .*: it exited with code 3$/);
  expect(held).toMatchObject({
    phase: 'degraded',
    reason: { code: 'exited', path: 'services.hello', message },
    // Not that of the agent's own stop.
    services: { hello: { exit_code: 3, last_failure: { code: 'exited', exit_code: 3 } } },
  });
  const nextTryMs = Date.parse(helloOf(held)?.last_failure?.next_try_at ?? '');
  const again = await world.engine.untilRunning(name);
  expect(again.Id).toBe(id);
  expect(Date.parse(again.State.StartedAt)).toBeGreaterThanOrEqual(nextTryMs);

  await waitFor('three waits', () => waitsTold(name).length >= 3, { lastSeen: () => waitsTold(name) });
  const waits = waitsTold(name);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(helloOf(manager.latest(name))?.restarts).toBeGreaterThanOrEqual(2);
});

test.concurrent('a service that passes its memory limit is told as oom_killed, and an update to one goes back', async () => {
  const [steady, updated] = [world.name('fat'), world.name('fatter')];
  const script = `import time; time.sleep(2); ${EATS_MEMORY}`;
  await Promise.all([
    deploy(steady, { image: V1, command: ['python3', '-c', script], ...LIMITED }),
    deploy(updated, hello(V1, LIMITED)),
  ]);
  const before = await world.engine.identity(updated);
  const hungry = hello(V1, { ...LIMITED, command: ['python3', '-c', EATS_MEMORY] });
  await manager.publish(updated, present(updated, 2, { hello: hungry }));

  const killed = await manager.status(steady, 'oom_killed', ({ reason }) => reason?.code === 'oom_killed');
  expect(killed).toMatchObject({
    phase: 'degraded',
    reason: { path: 'services.hello', hint: expect.stringContaining('limits.memory') },
    services: { hello: { oom_killed: true, last_failure: { code: 'oom_killed' } } },
  });
  await manager.event('the failure', ({ type, deployment, code }) => {
    return type === 'service_failed' && deployment === steady && code === 'oom_killed';
  });
  expect(await manager.phase(updated, 'rolled_back', 2)).toMatchObject({
    running: { revision: 1 },
    reason: { code: 'oom_killed', path: 'services.hello' },
  });
  expect((await world.engine.untilRunning(updated)).Id).toBe(before.id);
});

test.concurrent('a service that takes connections and never answers is found out by its probe, and started again', async () => {
  const [steady, updated] = [world.name('mute'), world.name('muter')];
  await Promise.all([deploy(steady, hello(V1)), deploy(updated, hello(V1))]);
  const before = await world.engine.identity(steady);
  const kept = await world.engine.identity(updated);

  await hang(before.id);
  // Restarted by nothing, it has one chance.
  const hanging = hello(V1, { command: ['python3', '-c', NEVER_ANSWERS], restart: 'no' });
  await manager.publish(updated, present(updated, 2, { hello: hanging }));
  const silence = expect.stringContaining('no answer from port 8080 within 1000 ms');

  const found = await manager.status(steady, 'unhealthy', ({ phase }) => phase === 'degraded');
  expect(found.reason).toMatchObject({ code: 'unhealthy', path: 'services.hello', message: silence });
  const again = await world.engine.untilRunning(steady, ({ State }) => State.StartedAt !== before.startedAt);
  expect(again.Id).toBe(before.id);
  const repaired = await manager.status(steady, 'healthy again', (status) => {
    return status.phase === 'converged' && helloOf(status)?.health === 'healthy';
  });
  expect(helloOf(repaired)?.restarts).toBe(1);

  expect(await manager.phase(updated, 'rolled_back', 2)).toMatchObject({
    running: { revision: 1 },
    reason: { code: 'unhealthy', path: 'services.hello', message: silence },
  });
  expect((await world.engine.untilRunning(updated)).Id).toBe(kept.id);
});

test('a crash loop is still held back, and its restarts still counted, by an agent that was killed meanwhile', async () => {
  const name = world.name('killed');
  await deploy(name, LOOPING);
  // Late enough in the row that the agent is killed before the wait is over.
  const held = await manager.status(name, 'a wait of 2 s', (status) => {
    const isLong = Math.max(0, ...waitsTold(name)) >= 2000;
    return isLong && helloOf(status)?.state === 'exited';
  });
  await agent.kill();
  const [container] = await world.engine.containersOf(name);
  expect(container?.State.Running).toBe(false);
  const waitMs = Math.max(...waitsTold(name));
  const killedMs = Date.now();
  await world.agent();
  const again = await world.engine.untilRunning(name);
  expect(again.Id).toBe(container?.Id);
  // The wait is counted anew from the start: no clock of the process before means anything in this one.
  expect(Date.parse(again.State.StartedAt)).toBeGreaterThanOrEqual(killedMs + waitMs);
  const restarts = helloOf(held)?.restarts ?? 0;
  await manager.status(name, 'one more restart', (status) => helloOf(status)?.restarts === restarts + 1);
});

/** Stops every process but init by a signal: the kernel still takes connections, and to the engine it runs. */
async function hang(container: string): Promise<void> {
  const Cmd = ['sh', '-c', 'kill -STOP -1'];
  const exec = await world.engine.docker.getContainer(container).exec({ Cmd });
  await exec.start({ Detach: true });
}

test.concurrent('a HEALTHCHECK that fails is told with what it wrote', async () => {
  const name = world.name('check');
  const call = 'import os, sys; sys.exit("no camera found" if os.path.exists("/tmp/broken") else 0)';
  const healthcheck = { test: ['CMD', 'python3', '-c', call], interval: '1s', timeout: '5s', retries: 2 };
  await deploy(name, hello(V1, { healthcheck }));
  const container = world.engine.docker.getContainer((await world.engine.running(name)).Id);
  const breaking = await container.exec({ Cmd: ['python3', '-c', 'open("/tmp/broken", "w")'] });
  await breaking.start({});
  const told = await manager.status(name, 'what it wrote', (status) => {
    return helloOf(status)?.last_failure?.log?.some((line) => line.includes('no camera found')) === true;
  });
  expect(helloOf(told)?.last_failure).toMatchObject({ code: 'unhealthy' });
  expect(helloOf(told)?.last_failure?.log?.at(-1)).toBe('HEALTHCHECK failed with code 1: no camera found');
});

// What is left of a failure after the fact: of an update that was taken back, and of a service that ran out of memory.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import type { ServiceStatus } from '../../../protocol/reports/status.ts';
import type { AgentProcess } from '../support/agent-process.ts';
import { askWhy } from '../support/ask-why.ts';
import { hello, present, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const V1 = inject('rig').images['hello:1.0.0'].reference;
const SECRET = 'hunter2-of-the-update';
/** Its last line is line 4. */
const CRASH = [
  'import os, sys',
  'print("connecting with", os.environ["DB_PASSWORD"], file=sys.stderr)',
  'def connect():',
  '    raise ValueError("no port for " + os.environ["DB_PASSWORD"])',
  'connect()',
].join('\n');
const CRASHING: Service = hello(V1, {
  command: ['python3', '-u', '-c', CRASH],
  environment: { DB_PASSWORD: SECRET },
});

let world: World;
let manager: Manager;
let agent: AgentProcess;
beforeAll(async () => {
  world = new World();
  ({ manager, agent } = await world.start());
});
afterAll(() => world.close());

async function holdfast(args: readonly string[]): Promise<string> {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const context = {
    environment: { socketPath: null, configPath: path.join(world.dir, 'holdfast.toml') },
    out: { write, columns: null, hasColour: false },
    err: { write },
    now: () => new Date(),
    signal: new AbortController().signal,
  };
  await runCommand(args, context, VERBS);
  return text;
}

/** A good revision, and one that is taken back. */
async function rollBack(name: string): Promise<void> {
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  await manager.publish(name, present(name, 2, { hello: CRASHING }));
  await manager.phase(name, 'rolled_back', 2);
}

test('an update that was taken back is told with its traceback, over restarts, until another is verified', async () => {
  const name = world.name('back');
  await rollBack(name);
  const hello2 = {
    ...{ code: 'exited', message: 'it exited with code 1', exit_code: 1, failures: 3 },
    python: expect.objectContaining({ type: 'ValueError', message: 'no port for ***', line: 4 }),
    log: expect.arrayContaining(['connecting with ***', 'ValueError: no port for ***']),
  };
  const barred = { revision: 2, services: { hello: hello2 } };
  expect(manager.latest(name)).toMatchObject({ running: { revision: 1 }, barred });
  await manager.event('the failure of the update', ({ type, deployment, revision, services }) => {
    return (
      type === 'update_failed' &&
      deployment === name &&
      revision === 2 &&
      JSON.stringify(services).includes('"type":"ValueError"')
    );
  });

  // The container is removed, and its log kept.
  const kept = /^-- container \S+ of revision 2, which ran before; exited with code \d+, removed at /;
  await waitFor('one container', async () => (await world.engine.containersOf(name)).length === 1);
  const previous = await holdfast(['logs', `${name}/hello`, '--previous']);
  expect(previous).toMatch(kept);
  expect(previous).toMatch(/Z E ValueError: no port for \*\*\*\n/);
  expect(await holdfast(['logs', `${name}/hello`])).not.toContain('ValueError');

  // Killed as by a power cut: what is told after it was on the disk.
  await agent.kill();
  const file = path.join(world.dir, 'after.tar.gz');
  await holdfast(['bundle', '--out', file]);
  const bundle = gunzipSync(readFileSync(file)).toString('latin1');
  expect(bundle).toContain('no port for ***');
  expect(bundle).toContain(`logs/removed/${name}_hello.log`);
  expect(bundle).not.toContain(SECRET);
  expect(await holdfast(['logs', 'hello', '--previous'])).toContain(previous);
  expect(await holdfast(['status'])).toContain('ValueError: no port for *** (<string>:4)');
  agent = await world.agent();
  const { lines, answer } = await askWhy(path.join(world.dir, 'api.sock'), name);
  expect(lines[0]).toContain(
    `${name}/hello: it exited with code 1: ValueError: no port for *** (<string>:4)`,
  );
  expect(answer.findings[0]?.evidence[0]).toMatch(/^revision 2 failed 3 times, the last time at 2/);

  expect(await holdfast(['logs', `${name}/hello`, '--previous'])).toBe(previous);

  await manager.publish(name, present(name, 3, { hello: hello(V1, { environment: { A: '3' } }) }));
  expect(await manager.phase(name, 'converged', 3)).not.toHaveProperty('barred');
  await manager.publish(name, present(name, 4, { hello: CRASHING }));
  const again = await manager.phase(name, 'rolled_back', 4);
  expect(again.barred).toEqual({ revision: 2, at: expect.any(String) });
});

test('a service that was killed for its memory tells from where it rose, and how fast', async () => {
  const name = world.name('leak');
  const limits = { deploy: { resources: { limits: { memory: '128M' } } } };
  const leaks = 'import time\nkept = []\nwhile True:\n    kept.append(b"x" * 2**20)\n    time.sleep(0.5)';
  const service: Service = {
    image: V1,
    command: ['python3', '-c', leaks],
    stop_grace_period: '1s',
    ...limits,
  };
  await manager.publish(name, present(name, 1, { hello: service }));
  await manager.phase(name, 'converged', 1);
  const isKilled = ({ services }: { services: Record<string, ServiceStatus> }): boolean =>
    services.hello?.last_failure?.code === 'oom_killed';
  const killed = await manager.status(name, 'killed', isKilled, 180_000);
  const { memory } = killed.services.hello?.last_failure ?? {};
  const { from_bytes: from = 0, span_ms: spanMs = 0, samples = 0 } = memory ?? {};
  expect(memory?.limit_bytes).toBe(128 * 1024 ** 2);
  expect(samples).toBeGreaterThanOrEqual(3);
  // About 2 MiB a second, by what the interpreter and the load of this machine make of it.
  const perSecond = (128 * 1024 ** 2 - from) / (spanMs / 1000) / 1024 ** 2;
  expect(perSecond).toBeGreaterThan(0.8);
  expect(perSecond).toBeLessThan(2.5);
  const rise = /from \d+\.\d MiB to 128\.0 MiB in \S+(?: \S+)?, \+\d+\.\d MiB\/min/;
  await manager.event('the kill', ({ type, deployment, memory: told }) => {
    return (
      type === 'service_failed' && deployment === name && JSON.stringify(told) === JSON.stringify(memory)
    );
  });
  expect(await holdfast(['status'])).toMatch(rise);
  expect(await holdfast(['events'])).toMatch(rise);
}, 240_000);

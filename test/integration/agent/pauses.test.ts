// A pause on a real engine and broker: what dies stays down, over a restart of the agent too, until it is resumed.
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import type { AgentProcess } from '../support/agent-process.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { expectSteady } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const image = inject('rig').images['hello:1.0.0'].reference;
const STILL_MS = 10_000;

let world: World;
let manager: Manager;
let agent: AgentProcess;

beforeAll(async () => {
  world = new World();
  ({ manager, agent } = await world.start());
});
afterAll(() => world.close());

async function holdfast(...args: readonly string[]) {
  const said = { out: '', err: '' };
  const write = (to: 'out' | 'err') => (text: string) => {
    said[to] += text;
  };
  const code = await runCommand(
    args,
    {
      environment: { configPath: null, socketPath: path.join(world.dir, 'api.sock') },
      out: { columns: null, hasColour: false, write: write('out') },
      err: { write: write('err') },
      now: () => new Date(),
      signal: new AbortController().signal,
    },
    VERBS,
  );
  return { code, ...said };
}

test('a container that is killed in a pause stays down, and comes back when it is resumed', async () => {
  const name = world.name('paused');
  await manager.publish(name, present(name, 1, { hello: hello(image) }));
  await manager.phase(name, 'converged', 1);
  const before = await world.engine.running(name);

  const paused = await holdfast('pause', name, '--for', '2h', '--reason', 'the camera is replaced');
  expect(paused).toMatchObject({ code: 0, err: '' });
  expect(paused.out).toMatch(new RegExp(`^${name}: paused for 2h, until \\S+Z\n`));
  await manager.status(name, 'paused', ({ pause }) => pause?.by === 'device');

  // As `docker kill`: the engine's own policy does not start it again.
  await world.engine.docker.getContainer(before.Id).kill();
  const isDown = async (): Promise<boolean> =>
    !(await world.engine.docker.getContainer(before.Id).inspect()).State.Running;
  await manager.status(
    name,
    'down',
    ({ phase, reason }) =>
      phase === 'degraded' && reason?.code === 'paused' && reason.message.includes('not running: hello'),
  );
  await expectSteady('it is down', STILL_MS, isDown);
  expect((await holdfast('restart', name)).code).toBe(1);
  const why = await holdfast('why', name);
  expect(why.out.split('\n')[0]).toContain('paused on the device until');
  expect(why).toMatchObject({ code: 0, out: expect.stringContaining(`holdfast resume ${name}`) });

  await agent.kill();
  await world.agent();
  await manager.status(name, 'paused still', ({ pause }) => pause !== undefined);
  await expectSteady('it is down', STILL_MS, isDown);

  const [reply] = await manager.ask('resume-1', 'resume', { deployment: name });
  expect(reply).toMatchObject({ status: 'succeeded', answer: { resumed: [name] } });
  const after = await world.engine.untilRunning(name, ({ State }) => State.Running);
  expect(after.Id).toBe(before.Id);
  await manager.phase(name, 'converged', 1);
  expect(manager.latest(name)?.pause).toBeUndefined();
  await manager.event('the end', ({ type, deployment }) => type === 'resumed' && deployment === name);
});

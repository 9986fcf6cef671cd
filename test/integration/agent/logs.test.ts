// What a service wrote and what happened, asked for at the device and over MQTT, on a real engine and broker.
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import { runHoldfastctl } from '../../fleet/support/run-holdfastctl.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { World } from '../support/world.ts';

const IMAGE = inject('rig').images['hello:1.0.0'].reference;
const SAYS = "echo out; printf '\\033[31mred\\033[0m\\n' >&2; echo login with $DB_PASSWORD";

let world: World;
let manager: Manager;
let name: string;
let broker: string;
beforeAll(async () => {
  world = new World();
  ({ url: broker } = await world.mosquitto());
  manager = await world.manager();
  await world.agent();
  name = world.name('logs');
  const command = ['sh', '-c', `${SAYS}; exec python3 hello.py`];
  const service = hello(IMAGE, { command, environment: { DB_PASSWORD: 'hunter2222' } });
  await manager.publish(name, present(name, 1, { hello: service }));
  await manager.phase(name, 'converged', 1);
});
afterAll(() => world.close());

async function holdfast(
  args: readonly string[],
  signal = new AbortController().signal,
  onText: () => void = () => undefined,
) {
  let [out, err] = ['', ''];
  const context = {
    environment: { configPath: null, socketPath: path.join(world.dir, 'api.sock') },
    out: {
      columns: null,
      hasColour: false,
      write: (text: string) => {
        out += text;
        onText();
      },
    },
    err: {
      write: (text: string) => {
        err += text;
      },
    },
    now: () => new Date(),
    signal,
  };
  return { code: await runCommand(args, context, VERBS), out, err };
}

test('the lines of both streams are shown, with no secret and nothing that drives a terminal', async () => {
  const { code, out, err } = await holdfast(['logs', `${name}/hello`]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^-- container \S+, running, started at /);
  expect(out).toMatch(/Z {3}out\n/);
  expect(out).toMatch(/Z E red\n/);
  expect(out).toMatch(/Z {3}login with \*\*\*\n/);
});

test('what comes is followed until somebody ends it', async () => {
  const ending = new AbortController();
  const shown = await holdfast(['logs', 'hello', '-f', '--tail', '1'], ending.signal, () => ending.abort());
  expect(shown).toMatchObject({ code: 130, err: '' });
});

test('over MQTT the reply carries them, and the events', async () => {
  const [reply, ...rest] = await manager.ask('logs-1', 'logs', { service: 'hello' });
  expect(rest).toEqual([]);
  expect(reply).toMatchObject({ status: 'succeeded', part: { index: 0, is_last: true } });
  expect(reply?.answer).toContainEqual({ stream: 'stdout', at: expect.any(String), text: 'login with ***' });
  const [events] = await manager.ask('events-1', 'events');
  expect(events?.answer).toContainEqual(
    expect.objectContaining({ type: 'phase', deployment: name, phase: 'converged' }),
  );
  expect(await manager.ask('no-1', 'logs', { service: 'hello', follow: true })).toMatchObject([
    { status: 'refused', code: 'invalid', message: 'args.follow: not over MQTT' },
  ]);
});

test('what happened is told in sentences', async () => {
  const { code, out } = await holdfast(['events']);
  expect(code).toBe(0);
  expect(out).toContain(`${name}: revision 1 was accepted (from device)`);
  expect(out).toContain(`${name}: revision 1 runs as asked`);
});

test('holdfastctl tells the same over the broker', async () => {
  const ctl = (...args: string[]) => runHoldfastctl(args, { broker });
  expect(await ctl('logs', world.device, 'hello')).toEqual({
    ...{ code: 0, stderr: '', stdout: (await holdfast(['logs', 'hello'])).out },
  });
  expect((await ctl('events', world.device)).stdout).toContain(`${name}: revision 1 runs as asked`);
  expect(await ctl('why', world.device, name)).toMatchObject({ code: 0, stderr: '' });
  expect(await ctl('logs', world.device, 'nothing')).toMatchObject({ code: 1, stdout: '' });
});

test('holdfastctl restarts a service of the device', async () => {
  const before = await world.engine.running(name);
  const asked = await runHoldfastctl(['restart', world.device, 'hello'], { broker });
  expect(asked).toMatchObject({ code: 0, stderr: '' });
  await world.engine.untilRunning(name, ({ State }) => State.StartedAt !== before.State.StartedAt);
});

// The examples as a newcomer uses them: their own compose files, through holdfastctl, on real parts.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { findHostAddress } from '../../../scripts/rig/engine-api.ts';
import { startMosquitto } from '../../../scripts/rig/mosquitto.ts';
import { World } from '../support/world.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const { images } = inject('rig');
const run = promisify(execFile);

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

/** Runs `holdfastctl`; rejects when its exit code is not 0. */
function holdfastctl(brokerUrl: string, args: readonly string[], env: Record<string, string> = {}) {
  const variables = { ...process.env, HOLDFAST_BROKER: brokerUrl, ...env };
  return run(path.join(root, 'fleet/bin/holdfastctl'), args, { env: variables, cwd: root, timeout: 60_000 });
}

test('hello is deployed, answers over HTTP, is seen in status, and removed', async () => {
  const { url } = await world.mosquitto();
  await world.agent();
  const port = String(await world.port());
  const to = ['--to', `devices/${world.device}`, '--wait'];
  const env = { HELLO_IMAGE: images['hello:1.0.0'].reference, HELLO_PORT: port };
  const deployed = await holdfastctl(
    url,
    ['deploy', 'examples/hello/compose.yaml', '--name', world.name('hello'), ...to],
    env,
  );
  expect(deployed.stdout).toContain('converged at revision 1');
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('1.0.0');
  const status = await holdfastctl(url, ['status', `devices/${world.device}`]);
  expect(status.stdout).toContain(world.name('hello'));
  const removed = await holdfastctl(url, ['remove', world.name('hello'), ...to]);
  expect(removed.stdout).toContain('removed');
});

test('sensor publishes its readings to a broker', async () => {
  const hostAddress = await findHostAddress(inject('rig').engine.socketPath);
  expect(hostAddress).toBeDefined();
  const broker = await startMosquitto({
    dir: path.join(world.dir, 'sensor-broker'),
    alsoOn: [hostAddress ?? ''],
    openListener: true,
  });
  world.defer(() => broker.stop());
  await world.agent({ brokerUrl: broker.url });
  const listener = await connectAsync(broker.url);
  world.defer(() => listener.endAsync());
  await listener.subscribeAsync('sensors/demo');
  const reading = new Promise<string>((resolve) => {
    listener.once('message', (_topic, payload) => resolve(payload.toString()));
  });
  const env = {
    SENSOR_IMAGE: images['sensor:1.0.0'].reference,
    SENSOR_MQTT_HOST: hostAddress ?? '',
    SENSOR_MQTT_PORT: String(broker.port),
  };
  const args = [
    'deploy',
    'examples/sensor/compose.yaml',
    '--name',
    world.name('sensor'),
    '--to',
    `devices/${world.device}`,
    '--wait',
  ];
  expect((await holdfastctl(broker.url, args, env)).stdout).toContain('converged');
  expect(JSON.parse(await reading)).toBeTypeOf('object');
});

// A fleet larger than what a stock Mosquitto gives out at once: what holdfastctl did not see is no success.
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { contentHash } from '../../../protocol/values/canonical-json.ts';
import { ensureMosquittoInstalled } from '../../../scripts/rig/mosquitto.ts';
import { makePresence, makeState, makeStatus, PREFIX } from '../../fleet/support/fake-device.ts';
import { runHoldfastctl } from '../../fleet/support/run-holdfastctl.ts';
import { Setting } from './setting.ts';

const DEVICES = Array.from({ length: 1100 }, (_, index) => `edge-${index}`);

let setting: Setting;
beforeAll(() => ensureMosquittoInstalled());
beforeEach(() => {
  setting = new Setting();
});
afterEach(() => setting.cleanUp());

async function report(client: MqttClient, device: string, leaf: string, value: object): Promise<void> {
  const topic = `${PREFIX}/devices/${device}/${leaf}`;
  await client.publishAsync(topic, JSON.stringify(value), { qos: 1, retain: true });
}

/** One connection stands in for all devices of the group: each runs at once what the group is asked. */
async function startFleet(url: string): Promise<void> {
  const client = await connectAsync(url);
  setting.defer(() => client.endAsync(true));
  for (const device of DEVICES) {
    await report(client, device, 'presence', makePresence(true));
    await report(client, device, 'state', makeState(device, ['berlin']));
  }
  client.on('message', (_topic, payload) => {
    const document = JSON.parse(payload.toString());
    const desired = { revision: document.revision, hash: contentHash(document) };
    const status = makeStatus({ source: 'groups/berlin', desired, running: desired });
    for (const device of DEVICES) void report(client, device, 'status/hello', status);
  });
  await client.subscribeAsync(`${PREFIX}/groups/berlin/deployments/+`, { qos: 1 });
}

const deploy = (broker: string) =>
  runHoldfastctl(['deploy', 'hello.yaml', '--to', 'groups/berlin', '--wait', '--json'], { broker });

test('a stock Mosquitto cuts the list, which is said, and neither deploy nor status are a success', async () => {
  const { url } = await setting.mosquitto();
  await startFleet(url);
  const deployed = await deploy(url);
  expect(deployed.code).toBe(1);
  const outcome = JSON.parse(deployed.stdout);
  expect(outcome).toMatchObject({ complete: false, exit_code: 1 });
  expect(outcome.devices).toHaveLength(1020);
  expect(deployed.stderr).toMatch(/^note: the list may be cut short: 1020 messages .* max_queued_messages/);
  const status = await runHoldfastctl(['status', '--json'], { broker: url });
  expect(status.code).toBe(1);
  expect(JSON.parse(status.stdout)).toMatchObject({ complete: false });
});

test('one with a longer queue gives all, with no note', async () => {
  const { url } = await setting.mosquitto({
    extraConfig: 'max_queued_messages 500000\nmax_queued_bytes 0',
  });
  await startFleet(url);
  const deployed = await deploy(url);
  expect(deployed).toMatchObject({ code: 0, stderr: '' });
  const outcome = JSON.parse(deployed.stdout);
  expect(outcome).toMatchObject({ complete: true, exit_code: 0 });
  expect(outcome.devices).toHaveLength(1100);
  const status = await runHoldfastctl(['status', '--json'], { broker: url });
  expect(status).toMatchObject({ code: 0, stderr: '' });
});

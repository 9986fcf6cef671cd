import { writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureMosquittoInstalled } from '../../../scripts/rig/mosquitto.ts';
import { brokerConfig, PREFIX, PRESENCE_TOPIC } from '../../agent/line/line-harness.ts';
import { until } from '../../fakes/until.ts';
import { cuttableDial } from './cuttable-dial.ts';
import { Setting } from './setting.ts';

const DEPLOYMENT = `${PREFIX}/devices/edge-01/deployments/web`;
const COMMAND = `${PREFIX}/devices/edge-01/commands/c1`;
const RETAINED = { qos: 1, retain: true } as const;

let setting: Setting;
beforeAll(() => ensureMosquittoInstalled());
beforeEach(() => {
  setting = new Setting();
});
afterEach(() => setting.cleanUp());

describe.each(['5', '3.1.1'] as const)('over MQTT %s', (version) => {
  const portFor = (mosquittoPort: number): Promise<number> => setting.portFor(version, mosquittoPort);

  test('presence, retained documents, commands and reports pass', async () => {
    const mosquitto = await setting.mosquitto();
    const { client, messages } = await setting.manager(mosquitto.url, `${PREFIX}/devices/+/+`);
    await client.publishAsync(DEPLOYMENT, '{"own":1}', RETAINED);
    await client.publishAsync(`${PREFIX}/groups/berlin/deployments/web`, '{"group":1}', RETAINED);
    const device = setting.device(brokerConfig(await portFor(mosquitto.port)));
    await until('both documents', () => device.messages.length === 2);
    expect(device.broker.status()).toMatchObject({ isConnected: true, protocol: version, trouble: null });
    expect(device.messages.every(({ isRetained }) => isRetained)).toBe(true);

    await client.publishAsync(COMMAND, '{}', { qos: 1 });
    await until('the command', () => device.messages.some(({ topic }) => topic === COMMAND));
    expect(device.messages.at(-1)?.isRetained).toBe(false);

    expect(await device.broker.publish(`${PREFIX}/devices/edge-01/state`, '{"s":1}', { retain: true })).toBe(
      true,
    );
    await until('the report', () => messages.some(({ topic }) => topic.endsWith('/state')));

    await device.broker.close();
    await until(
      'offline',
      () => messages.at(-1)?.topic === PRESENCE_TOPIC && isOffline(messages.at(-1)?.payload),
    );
    const presences = messages.filter(({ topic }) => topic === PRESENCE_TOPIC).map(({ payload }) => payload);
    expect(presences.map((payload) => JSON.parse(payload))).toMatchObject([
      { schema: 'holdfast.presence/1', online: true, boot_id: 'boot-1' },
      { schema: 'holdfast.presence/1', online: false, boot_id: 'boot-1' },
    ]);
  });

  test('a cut line brings out the last will; commands sent meanwhile arrive afterwards', async () => {
    const mosquitto = await setting.mosquitto();
    const { client, messages } = await setting.manager(mosquitto.url, PRESENCE_TOPIC);
    const line = cuttableDial();
    const device = setting.device(brokerConfig(await portFor(mosquitto.port)), { dial: line.dial });
    await until('online', () => messages.length === 1);
    line.isBlocked = true;
    line.streams.at(-1)?.destroy();
    await until('the will', () => isOffline(messages.at(-1)?.payload));
    await client.publishAsync(COMMAND, '{}', { qos: 1 });
    line.isBlocked = false;
    await until('the command', () => device.messages.some(({ topic }) => topic === COMMAND));
    await until('online again', () => !isOffline(messages.at(-1)?.payload));
  });

  test('a message whose handler threw is sent again by the broker', async () => {
    const mosquitto = await setting.mosquitto();
    const { client } = await setting.manager(mosquitto.url, PRESENCE_TOPIC);
    const line = cuttableDial();
    const device = setting.device(brokerConfig(await portFor(mosquitto.port)), { dial: line.dial });
    await until('connected', () => device.connects === 1);
    device.onMessage = () => {
      throw new Error('disk full');
    };
    await client.publishAsync(COMMAND, '{}', { qos: 1 });
    await until('the command', () => device.messages.length === 1);
    device.onMessage = () => undefined;
    line.streams.at(-1)?.destroy();
    await until('the command again', () => device.messages.length === 2 && device.connects === 2);
    line.streams.at(-1)?.destroy();
    await until('a third connection', () => device.connects === 3);
    // Taken this time, so not a third time; the connection stands after all redelivery.
    expect(device.messages.map(({ topic }) => topic)).toEqual([COMMAND, COMMAND]);
  });

  test('a wrong password is told, and a corrected file is taken up without a restart', async () => {
    const passwords = setting.passwords('edge-01', 'right horse');
    const mosquitto = await setting.mosquitto({
      extraConfig: `password_file ${passwords}\nallow_anonymous false`,
    });
    const passwordFile = setting.write('broker.password', 'wrong\n');
    const port = await portFor(mosquitto.port);
    const device = setting.device(brokerConfig(port, { username: 'edge-01', passwordFile }));
    await until('a trouble', () => device.troubles.length > 0);
    expect(device.troubles[0]?.code).toBe('refused_credentials');
    writeFileSync(passwordFile, 'right horse\n');
    await until('connected', () => device.connects === 1);
    expect(device.broker.status().protocol).toBe(version);
    expect(JSON.stringify(device.logs)).not.toContain('horse');
  });
});

test('after a restart of the broker the documents are read again', async () => {
  const mosquitto = await setting.mosquitto({ extraConfig: 'persistence true' });
  const { client } = await setting.manager(mosquitto.url, PRESENCE_TOPIC);
  await client.publishAsync(DEPLOYMENT, '{"revision":1}', RETAINED);
  const device = setting.device(brokerConfig(mosquitto.port));
  await until('the document', () => device.messages.length === 1);
  await mosquitto.stop();
  await until('disconnected', () => !device.broker.status().isConnected);
  expect(await device.broker.publish(`${PREFIX}/devices/edge-01/events`, '{}', { retain: false })).toBe(
    false,
  );
  await until('unreachable', () => device.broker.status().trouble?.code === 'unreachable');
  await mosquitto.start();
  await until('the document again', () => device.messages.length === 2);
  expect(device.broker.status()).toMatchObject({ isConnected: true, protocol: '5' });
});

test('a publish that the access rules forbid is false, and told while connected', async () => {
  const rules = setting.write('acl', `topic readwrite ${PREFIX}/devices/#\n`);
  const mosquitto = await setting.mosquitto({ extraConfig: `acl_file ${rules}` });
  const device = setting.device(brokerConfig(mosquitto.port));
  await until('connected', () => device.connects === 1);
  expect(await device.broker.publish(`${PREFIX}/devices/edge-01/state`, '{}', { retain: true })).toBe(true);
  expect(await device.broker.publish('elsewhere/state', '{}', { retain: true })).toBe(false);
  expect(device.broker.status()).toMatchObject({ isConnected: true, denied: ['elsewhere/state'] });
});

test('a report larger than the broker takes is false, and the connection stands', async () => {
  const mosquitto = await setting.mosquitto({ extraConfig: 'max_packet_size 1000' });
  const device = setting.device(brokerConfig(mosquitto.port));
  await until('connected', () => device.connects === 1);
  const topic = `${PREFIX}/devices/edge-01/state`;
  expect(await device.broker.publish(topic, 'x'.repeat(2000), { retain: true })).toBe(false);
  expect(await device.broker.publish(topic, 'x'.repeat(200), { retain: true })).toBe(true);
  expect(device.troubles).toEqual([]);
});

test('a report larger than the large brokers take is false, also with one that sets no limit', async () => {
  const mosquitto = await setting.mosquitto();
  const device = setting.device(brokerConfig(mosquitto.port));
  await until('connected', () => device.connects === 1);
  const topic = `${PREFIX}/devices/edge-01/events`;
  expect(await device.broker.publish(topic, 'x'.repeat(128 * 1024), { retain: false })).toBe(false);
  expect(await device.broker.publish(topic, 'x'.repeat(120 * 1024), { retain: false })).toBe(true);
  expect(device.troubles).toEqual([]);
});

test('two devices of one id are told, though this broker only closes', async () => {
  const mosquitto = await setting.mosquitto();
  const devices = [
    setting.device(brokerConfig(mosquitto.port)),
    setting.device(brokerConfig(mosquitto.port)),
  ];
  await until('the suspicion', () =>
    devices.some(({ broker }) => broker.status().trouble?.code === 'session_taken'),
  );
});

function isOffline(payload: string | undefined): boolean {
  return payload !== undefined && JSON.parse(payload).online === false;
}

// The files of docs/broker.md on a real Mosquitto: what a device and the manager may do by them, and what nobody else may.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensurePrograms } from '../../../scripts/rig/apt.ts';
import { ensureMosquittoInstalled } from '../../../scripts/rig/mosquitto.ts';
import { freePort } from '../../../scripts/rig/port.ts';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { brokerConfig } from '../../agent/line/line-harness.ts';
import { until } from '../../fakes/until.ts';
import { Setting } from './setting.ts';

const PAGE = readFileSync(new URL('../../../docs/broker.md', import.meta.url), 'utf8');
const PREFIX = 'holdfast/v1';
const RETAINED = { qos: 1, retain: true } as const;
const USERS = ['manager', 'edge-01', 'edge-02', 'homeassistant'];

let setting: Setting;
let port: number;
beforeAll(async () => {
  await ensureMosquittoInstalled();
  await ensurePrograms([{ program: 'openssl', pkg: 'openssl' }], quietProgress);
});
beforeEach(async () => {
  setting = new Setting();
  port = await freePort();
});
afterEach(() => setting.cleanUp());

function block(language: string, index = 0): string {
  const text = [...PAGE.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))][index]?.[1];
  if (text === undefined) throw new Error(`no block of ${language}`);
  return text;
}

/** As the page has it, but for places, the port and the host's name. */
async function startAsWritten({ rules = block('acl') } = {}): Promise<void> {
  const certificates = block('sh').replace('DNS:broker.example.com', 'IP:127.0.0.1');
  execFileSync('sh', ['-ec', certificates], { cwd: setting.dir, stdio: 'pipe' });
  for (const user of USERS) addPassword(user);
  setting.write('holdfast.acl', rules);
  const lines = block('conf')
    .replace('listener 8883', `listener ${port} 127.0.0.1`)
    .replace('/etc/mosquitto/certs/', `${setting.dir}/`)
    .replace('/etc/mosquitto/certs/', `${setting.dir}/`)
    .replaceAll('/etc/mosquitto/', `${setting.dir}/`);
  await setting.mosquitto({ port, openListener: false, extraConfig: lines });
}

function addPassword(user: string): void {
  const file = path.join(setting.dir, 'holdfast.passwd');
  const create = user === 'manager' ? ['-c'] : [];
  execFileSync('mosquitto_passwd', ['-b', ...create, file, user, `of ${user}`], { stdio: 'pipe' });
}

function deviceOf(id: string, groups: readonly string[], changes: { readonly alsoHears?: string[] } = {}) {
  const passwordFile = setting.write(`${id}.password`, `of ${id}`);
  const caFile = path.join(setting.dir, 'holdfast-ca.pem');
  const config = brokerConfig(port, { protocol: 'mqtts', caFile, username: id, passwordFile });
  return setting.device({ ...config, topicPrefix: PREFIX }, { device: id, groups, ...changes });
}

async function clientOf(username: string): Promise<MqttClient> {
  const ca = readFileSync(path.join(setting.dir, 'holdfast-ca.pem'));
  const login = { username, password: `of ${username}`, protocolVersion: 5 } as const;
  const client = await connectAsync(`mqtts://127.0.0.1:${port}`, { ...login, ca, reconnectPeriod: 0 });
  setting.defer(() => client.endAsync(true));
  return client;
}

describe('with Home Assistant', () => {
  const device = 'homeassistant/device/holdfast/edge-01';

  test('a device tells it what is its own, it presses the button, and nobody else does either', async () => {
    await startAsWritten({ rules: block('acl') + block('acl', 1) });
    const homeAssistant = await clientOf('homeassistant');
    const seen: string[] = [];
    homeAssistant.on('message', (topic) => seen.push(topic));
    await homeAssistant.subscribeAsync('homeassistant/#', { qos: 1 });
    const edge = deviceOf('edge-01', [], { alsoHears: [`${device}/+/install`] });
    await until('a connection', () => edge.connects === 1);
    for (const leaf of ['config', 'web/state'])
      expect(await edge.broker.publish(`${device}/${leaf}`, '{}', { retain: true })).toBe(true);
    await until('what it is told', () => seen.length === 2);
    await homeAssistant.publishAsync(`${device}/web/install`, 'install', { qos: 1 });
    await until('the press', () => edge.messages.length === 1);
    const other = await clientOf('edge-02');
    for (const leaf of ['config', 'web/state', 'web/install'])
      await expect(other.publishAsync(`${device}/${leaf}`, '{}', RETAINED)).rejects.toThrow(/Not authorized/);
    for (const topic of [`${PREFIX}/devices/edge-01/commands/x`, `${device}/config`])
      await expect(homeAssistant.publishAsync(topic, '{}', RETAINED)).rejects.toThrow(/Not authorized/);
  });

  test('and without its rules the device goes on, and names what it may not', async () => {
    await startAsWritten();
    const edge = deviceOf('edge-01', [], { alsoHears: [`${device}/+/install`] });
    await until('a connection', () => edge.connects === 1);
    expect(await edge.broker.publish(`${device}/config`, '{}', { retain: true })).toBe(false);
    expect(await edge.broker.publish(`${PREFIX}/devices/edge-01/state`, '{}', { retain: true })).toBe(true);
    expect(edge.broker.status()).toMatchObject({ isConnected: true, denied: [`${device}/config`] });
  });
});

test('a device gets its own documents and those of its group, and the manager its reports', async () => {
  await startAsWritten();
  const manager = await clientOf('manager');
  const reports: string[] = [];
  manager.on('message', (topic) => reports.push(topic));
  await manager.subscribeAsync(`${PREFIX}/#`, { qos: 1 });
  const documents = [`${PREFIX}/devices/edge-01/deployments/a`, `${PREFIX}/groups/berlin/deployments/b`];
  for (const topic of documents) await manager.publishAsync(topic, '{}', RETAINED);
  await manager.publishAsync(`${PREFIX}/devices/edge-02/deployments/c`, '{}', RETAINED);
  const device = deviceOf('edge-01', ['berlin']);
  await until('both documents', () => device.messages.length === 2);
  expect(device.messages.map(({ topic }) => topic).toSorted()).toEqual(documents);
  for (const report of ['state', 'status/a', 'events', 'replies/x'])
    expect(await device.broker.publish(`${PREFIX}/devices/edge-01/${report}`, '{}', { retain: false })).toBe(
      true,
    );
  await until('the reports', () => reports.includes(`${PREFIX}/devices/edge-01/replies/x`));
  expect(reports).toContain(`${PREFIX}/devices/edge-01/presence`);
  expect(device.broker.status()).toMatchObject({ isConnected: true, denied: [] });
});

test('a device can ask nothing of anybody, read no other, and write no report in its name', async () => {
  await startAsWritten();
  const other = await clientOf('edge-02');
  const forbidden = [
    'devices/edge-01/deployments/a',
    'devices/edge-02/deployments/a',
    'devices/edge-01/commands/x',
    'devices/edge-01/state',
    'groups/berlin/deployments/a',
  ];
  for (const topic of forbidden)
    await expect(other.publishAsync(`${PREFIX}/${topic}`, '{}', RETAINED)).rejects.toThrow(/Not authorized/);
  const seen: string[] = [];
  other.on('message', (topic) => seen.push(topic));
  await other.subscribeAsync([`${PREFIX}/#`, `${PREFIX}/groups/berlin/deployments/+`], { qos: 1 });
  const manager = await clientOf('manager');
  for (const topic of forbidden.filter((one) => !one.endsWith('state')))
    await manager.publishAsync(`${PREFIX}/${topic}`, '{}', { qos: 1 });
  await until('its own document', () => seen.length > 0);
  expect(seen).toEqual([`${PREFIX}/devices/edge-02/deployments/a`]);
});

test('the manager can write no report of a device', async () => {
  await startAsWritten();
  const manager = await clientOf('manager');
  await expect(manager.publishAsync(`${PREFIX}/devices/edge-01/status/a`, '{}', RETAINED)).rejects.toThrow(
    /Not authorized/,
  );
});

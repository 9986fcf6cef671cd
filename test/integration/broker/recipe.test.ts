// The files of docs/broker.md on a real Mosquitto: what a device and the manager may do by them, and what nobody else may.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
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
const USERS = ['manager', 'edge-01', 'edge-02'];

let setting: Setting;
let port: number;
beforeAll(async () => {
  await ensureMosquittoInstalled();
  await ensurePrograms([{ program: 'openssl', pkg: 'openssl' }], quietProgress);
});
beforeEach(async () => {
  setting = new Setting();
  port = await freePort();
  await startAsWritten();
});
afterEach(() => setting.cleanUp());

function block(language: string): string {
  const text = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1];
  if (text === undefined) throw new Error(`no block of ${language}`);
  return text;
}

/** As the page has it, but for places, the port and the host's name. */
async function startAsWritten(): Promise<void> {
  const certificates = block('sh').replace('DNS:broker.example.com', 'IP:127.0.0.1');
  execFileSync('sh', ['-ec', certificates], { cwd: setting.dir, stdio: 'pipe' });
  for (const user of USERS) addPassword(user);
  setting.write('holdfast.acl', block('acl'));
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

function deviceOf(id: string, groups: readonly string[]) {
  const passwordFile = setting.write(`${id}.password`, `of ${id}`);
  const caFile = path.join(setting.dir, 'holdfast-ca.pem');
  const config = brokerConfig(port, { protocol: 'mqtts', caFile, username: id, passwordFile });
  return setting.device({ ...config, topicPrefix: PREFIX }, { device: id, groups });
}

async function clientOf(username: string): Promise<MqttClient> {
  const ca = readFileSync(path.join(setting.dir, 'holdfast-ca.pem'));
  const login = { username, password: `of ${username}`, protocolVersion: 5 } as const;
  const client = await connectAsync(`mqtts://127.0.0.1:${port}`, { ...login, ca, reconnectPeriod: 0 });
  setting.defer(() => client.endAsync(true));
  return client;
}

test('a device gets its own documents and those of its group, and the manager its reports', async () => {
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
  const manager = await clientOf('manager');
  await expect(manager.publishAsync(`${PREFIX}/devices/edge-01/status/a`, '{}', RETAINED)).rejects.toThrow(
    /Not authorized/,
  );
});

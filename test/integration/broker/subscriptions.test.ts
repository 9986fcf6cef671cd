// Subscriptions that a real broker refuses for a while, and messages that it drops for want of room in its queue.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../lib/time/clock.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import { ensureMosquittoInstalled, type Mosquitto } from '../../../scripts/rig/mosquitto.ts';
import { brokerConfig, PREFIX, type Recording } from '../../agent/line/line-harness.ts';
import { until } from '../../fakes/until.ts';
import { Setting } from './setting.ts';

const MACHINE = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const PLUGIN = `/usr/lib/${MACHINE}-linux-gnu/mosquitto_dynamic_security.so`;
const DOCUMENTS = `${PREFIX}/devices/edge-01/deployments`;
const GOOD = `${DOCUMENTS}/good`;

/** A minute of it takes two seconds. */
const FAST: Clock = {
  monotonicMs: () => systemClock.monotonicMs() * 30,
  wallTime: () => systemClock.wallTime(),
  sleep: (ms, signal) => systemClock.sleep(ms / 30, signal),
};

let setting: Setting;
beforeAll(() => ensureMosquittoInstalled());
beforeEach(() => {
  setting = new Setting();
});
afterEach(() => setting.cleanUp());

const hasGood = ({ messages }: Recording): boolean => messages.some(({ topic }) => topic === GOOD);

describe.each(['5', '3.1.1'] as const)('over MQTT %s', (version) => {
  test('a subscription that is refused, and allowed later, brings its documents on the same connection', async () => {
    const { mosquitto, allow } = await guarded();
    publishFrozen(mosquitto.url.replace('//', '//edge-01:secret@'), [GOOD]);
    const port = await setting.portFor(version, mosquitto.port);
    const passwordFile = setting.write('broker.password', 'secret');
    const device = setting.device(brokerConfig(port, { username: 'edge-01', passwordFile }));
    await until('connected', () => device.connects === 1);
    const filters = [
      `${DOCUMENTS}/+`,
      `${PREFIX}/groups/berlin/deployments/+`,
      `${PREFIX}/devices/edge-01/commands/+`,
    ];
    expect(device.broker.status()).toMatchObject({ protocol: version, denied: filters });
    await allow('subscribe');
    await until('the document', () => hasGood(device));
    await until('all is granted', () => device.broker.status().denied.length === 0);
    expect([device.connects, device.troubles]).toEqual([1, []]);
  });

  test('a document that is dropped behind a flood comes without a reconnect', async () => {
    const mosquitto = await setting.mosquitto({ extraConfig: 'max_queued_messages 10' });
    const port = await setting.portFor(version, mosquitto.port);
    const device = setting.device(brokerConfig(port), { clock: FAST });
    await until('connected', () => device.connects === 1);
    // More than are under way, queued and counted as a burst: this process acknowledges nothing meanwhile.
    publishFrozen(mosquitto.url, [...new Array(400).fill(`${DOCUMENTS}/flood`), GOOD]);
    expect(readFileSync(mosquitto.logFile, 'utf8')).toContain('messages are being dropped');
    await until('what was not dropped', () => device.messages.length > 10);
    await until('the document', () => hasGood(device));
    expect([device.connects, device.troubles]).toEqual([1, []]);
  });
});

test('over MQTT 5 as many documents as a device can follow come at once, whatever a broker queues', async () => {
  const mosquitto = await setting.mosquitto({ extraConfig: 'max_queued_messages 10' });
  const topics = Array.from({ length: 80 }, (_, index) => `${DOCUMENTS}/app-${index}`);
  publishFrozen(mosquitto.url, topics);
  const device = setting.device(brokerConfig(mosquitto.port));
  await until('all of them', () => new Set(device.messages.map(({ topic }) => topic)).size === topics.length);
});

/** Publishes retained, one message per topic, while nothing else happens in this process. */
function publishFrozen(url: string, topics: readonly string[]): void {
  const script = `
    import { connectAsync } from 'mqtt';
    const client = await connectAsync(${JSON.stringify(url)});
    for (const topic of ${JSON.stringify(topics)}) await client.publishAsync(topic, '{}', { qos: 1, retain: true });
    await client.endAsync();
  `;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' });
}

/** A broker that allows its one user nothing that it is not told to. */
async function guarded(): Promise<{ mosquitto: Mosquitto; allow: (access: string) => Promise<unknown> }> {
  const rules = path.join(setting.dir, 'rules.json');
  execFileSync('mosquitto_ctrl', ['dynsec', 'init', rules, 'admin', 'secret'], { stdio: 'pipe' });
  const mosquitto = await setting.mosquitto({
    extraConfig: `plugin ${PLUGIN}\nplugin_opt_config_file ${rules}`,
  });
  const admin = await connectAsync(mosquitto.url, { username: 'admin', password: 'secret' });
  setting.defer(() => admin.endAsync());
  const order = (command: object): Promise<unknown> =>
    admin.publishAsync('$CONTROL/dynamic-security/v1', JSON.stringify({ commands: [command] }), { qos: 1 });
  await order({ command: 'createClient', username: 'edge-01', password: 'secret' });
  const allow = (acltype: string): Promise<unknown> =>
    order({ command: 'setDefaultACLAccess', acls: [{ acltype, allow: true }] });
  await allow('publishClientSend');
  return { mosquitto, allow };
}

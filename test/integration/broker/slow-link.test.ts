// A line of 2 kB/s on which everything is two seconds late, each way. The device's clock and the line are run ten
// times as fast, so that minutes take seconds: what the agent sees is the slow line.
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../../lib/time/clock.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import { MAX_PAYLOAD_BYTES, MAX_RETAINED_BYTES } from '../../../protocol/payload.ts';
import { ensureMosquittoInstalled } from '../../../scripts/rig/mosquitto.ts';
import { brokerConfig, PREFIX, type Recording } from '../../agent/line/line-harness.ts';
import { TcpProxy } from '../../fakes/tcp-proxy.ts';
import { until } from '../../fakes/until.ts';
import { type ManagerMessage, Setting } from './setting.ts';

const HURRY = 10;
const LINE = { bytesPerSecond: 2000 * HURRY, latencyMs: 2000 / HURRY };
const DEADLINE_MS = 60_000;
const MINUTE_MS = 60_000;

const hurriedClock: Clock = {
  monotonicMs: () => systemClock.monotonicMs() * HURRY,
  wallTime: () => systemClock.wallTime(),
  sleep: (ms, signal) => systemClock.sleep(ms / HURRY, signal),
};

let setting: Setting;
let proxy: TcpProxy;
let device: Recording;
let told: ManagerMessage[];
let publishRetained: (topic: string, payload: string) => Promise<unknown>;
beforeAll(() => ensureMosquittoInstalled());
beforeEach(async () => {
  setting = new Setting();
  const mosquitto = await setting.mosquitto();
  const { client, messages } = await setting.manager(mosquitto.url, `${PREFIX}/devices/edge-01/+/+`);
  publishRetained = (topic, payload) => client.publishAsync(topic, payload, { qos: 1, retain: true });
  told = messages;
  proxy = await TcpProxy.start(mosquitto.port, LINE);
  setting.defer(() => proxy.close());
});
afterEach(() => setting.cleanUp());

function start(): void {
  device = setting.device(brokerConfig(proxy.port), { clock: hurriedClock });
}

test('documents for minutes of it come in over one connection, and statuses go out meanwhile', async () => {
  const document = 'x'.repeat(MAX_RETAINED_BYTES);
  for (let index = 0; index < 5; index += 1)
    await publishRetained(`${PREFIX}/devices/edge-01/deployments/d${index}`, document);
  const beganMs = hurriedClock.monotonicMs();
  start();
  await until('all documents', () => device.messages.length === 5, DEADLINE_MS);
  expect(hurriedClock.monotonicMs() - beganMs).toBeGreaterThan(2 * MINUTE_MS);
  await until('connected', () => device.connects === 1, DEADLINE_MS);
  const topic = `${PREFIX}/devices/edge-01/status/d0`;
  expect(await device.broker.publish(topic, '{"phase":"pulling"}', { retain: true })).toBe(true);
  expect(told.at(-1)).toEqual({ topic, payload: '{"phase":"pulling"}' });
  expect(device.troubles).toEqual([]);
  expect(proxy.connections).toBe(1);
});

test('a document that comes while the line is full of reports arrives, and all reports too', async () => {
  start();
  await until('connected', () => device.connects === 1, DEADLINE_MS);
  const beganMs = hurriedClock.monotonicMs();
  const status = 'x'.repeat(MAX_RETAINED_BYTES);
  const sent = [
    device.broker.publish(`${PREFIX}/devices/edge-01/events`, 'x'.repeat(MAX_PAYLOAD_BYTES), {
      retain: false,
    }),
    ...['a', 'b', 'c'].map((name) =>
      device.broker.publish(`${PREFIX}/devices/edge-01/status/${name}`, status, { retain: true }),
    ),
  ];
  await publishRetained(`${PREFIX}/devices/edge-01/deployments/d`, '{}');
  await until('the document', () => device.messages.length === 1, DEADLINE_MS);
  expect(await Promise.all(sent)).toEqual([true, true, true, true]);
  expect(hurriedClock.monotonicMs() - beganMs).toBeGreaterThan(2 * MINUTE_MS);
  expect(device.troubles).toEqual([]);
  expect(proxy.connections).toBe(1);
});

test('silence of minutes on it is kept alive by pings', async () => {
  start();
  await until('connected', () => device.connects === 1, DEADLINE_MS);
  const beganMs = hurriedClock.monotonicMs();
  await until('it', () => hurriedClock.monotonicMs() - beganMs > 2.5 * MINUTE_MS, DEADLINE_MS);
  expect(device.troubles).toEqual([]);
  expect(device.broker.status()).toMatchObject({ isConnected: true, protocol: '5' });
});

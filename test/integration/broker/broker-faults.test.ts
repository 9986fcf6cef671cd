// Brokers that forget, hang, throw out and cannot be found: all of them real.
import { connectAsync } from 'mqtt';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensureMosquittoInstalled } from '../../../scripts/rig/mosquitto.ts';
import { brokerConfig, PREFIX, PRESENCE_TOPIC, type Recording } from '../../agent/line/line-harness.ts';
import { until } from '../../fakes/until.ts';
import { clockBesideSockets, type VirtualClock } from '../../fakes/virtual-clock.ts';
import { type CuttableDial, cuttableDial } from './cuttable-dial.ts';
import { Setting } from './setting.ts';

const DEPLOYMENT = `${PREFIX}/devices/edge-01/deployments/web`;
const STATE = `${PREFIX}/devices/edge-01/state`;
const RETAINED = { qos: 1, retain: true } as const;
const HOUR_MS = 3_600_000;

let setting: Setting;
beforeAll(() => ensureMosquittoInstalled());
beforeEach(() => {
  setting = new Setting();
});
afterEach(() => setting.cleanUp());

/** A device whose clock the test moves. */
function startOnVirtualClock(port: number): { device: Recording; clock: VirtualClock; line: CuttableDial } {
  const [clock, line] = [clockBesideSockets(), cuttableDial()];
  const device = setting.device(brokerConfig(port), { clock, random: () => 0.5, dial: line.dial });
  return { device, clock, line };
}

/** Moves on to the next try, and waits until it came to something. */
async function nextTry({ device, clock, line }: ReturnType<typeof startOnVirtualClock>): Promise<void> {
  const [tries, connects] = [line.tries, device.connects];
  while (line.tries === tries) await clock.advance(1000);
  await until('connected again', () => device.connects > connects);
}

test('a broker that restarts with nothing is told again that the device is online', async () => {
  const mosquitto = await setting.mosquitto({ extraConfig: 'persistence false' });
  const { client } = await setting.manager(mosquitto.url, 'nothing/of/interest');
  await client.publishAsync(DEPLOYMENT, '{"revision":1}', RETAINED);
  const device = setting.device(brokerConfig(mosquitto.port));
  await until('the document', () => device.messages.length === 1);
  await mosquitto.kill();
  await until('disconnected', () => device.troubles.length > 0);
  await mosquitto.start();
  await until('connected again', () => device.connects === 2);
  // Whoever subscribes now finds the presence retained; of the document nothing is left, and nothing is heard.
  const { messages } = await setting.manager(mosquitto.url, PRESENCE_TOPIC);
  await until('the presence', () => messages.length === 1);
  expect(JSON.parse(messages[0]?.payload ?? '')).toMatchObject({ online: true });
  expect(device.messages).toHaveLength(1);
  expect(await device.broker.publish(STATE, '{}', { retain: true })).toBe(true);
});

test('a broker that accepts and never answers is told as such, and all is well once it does', async () => {
  const mosquitto = await setting.mosquitto();
  const session = startOnVirtualClock(mosquitto.port);
  const { device, clock, line } = session;
  await until('connected', () => device.connects === 1);
  expect(await device.broker.publish(STATE, '{}', { retain: true })).toBe(true);

  mosquitto.pause();
  setting.defer(() => mosquitto.resume());
  const report = device.broker.publish(STATE, '{}', { retain: true });
  await clock.advance(91_000);
  expect(await report).toBe(false);
  expect(device.troubles).toMatchObject([{ code: 'no_answer', message: expect.stringContaining('ping') }]);

  const tries = line.tries;
  while (line.tries === tries) await clock.advance(1000);
  await until('the connection stands', () => line.streams.length === line.tries);
  await clock.advance(20_000);
  expect(device.broker.status()).toMatchObject({
    isConnected: false,
    trouble: { code: 'no_answer', message: expect.stringContaining('the login') },
  });

  mosquitto.resume();
  await nextTry(session);
  expect(await device.broker.publish(STATE, '{}', { retain: true })).toBe(true);
});

test('another client that takes the session again and again makes no storm: an hour has few connects', async () => {
  const mosquitto = await setting.mosquitto();
  const session = startOnVirtualClock(mosquitto.port);
  const { device, clock } = session;
  await until('connected', () => device.connects === 1);
  const gapsMs: number[] = [];
  while (clock.monotonicMs() < HOUR_MS) {
    const rival = await connectAsync(mosquitto.url, { clientId: 'holdfast-edge-01', reconnectPeriod: 0 });
    await until('thrown out', () => !device.broker.status().isConnected);
    await rival.endAsync(true);
    const lostMs = clock.monotonicMs();
    await nextTry(session);
    gapsMs.push(clock.monotonicMs() - lostMs);
  }
  expect(device.connects).toBeLessThan(40);
  expect(gapsMs.slice(0, 3).every((gapMs) => gapMs < 60_000)).toBe(true);
  expect(gapsMs.at(-1)).toBeGreaterThanOrEqual(150_000);
  expect(device.troubles.at(-1)).toMatchObject({
    code: 'session_taken',
    message: expect.stringContaining('same id'),
  });
});

test('a host name that nobody knows is told as that', async () => {
  const device = setting.device(brokerConfig(1883, { host: 'broker.invalid' }));
  await until('a trouble', () => device.troubles.length > 0, 30_000);
  expect(device.troubles[0]?.code).toBe('unreachable');
  expect(device.troubles[0]?.message).toMatch(/the host name (is unknown|cannot be looked up)/);
});

test('a look-up that takes for ever is told as that', async () => {
  const clock = clockBesideSockets();
  const device = setting.device(brokerConfig(1883, { host: 'broker.invalid' }), { clock });
  // The look-up is under way in another thread, and cannot have come back yet.
  await clock.advance(20_000);
  expect(device.troubles).toMatchObject([
    { code: 'unreachable', message: expect.stringContaining('look-up of the host name') },
  ]);
});

test('a topic that the access rules keep from being read is not heard, and all others are', async () => {
  const mayOnlyWrite = `topic write ${PREFIX}/groups/#`;
  const rules = setting.write('acl', `topic readwrite ${PREFIX}/devices/#\n${mayOnlyWrite}\n`);
  const mosquitto = await setting.mosquitto({ extraConfig: `acl_file ${rules}` });
  const { client } = await setting.manager(mosquitto.url, 'nothing/of/interest');
  const device = setting.device(brokerConfig(mosquitto.port));
  await until('connected', () => device.connects === 1);
  await client.publishAsync(`${PREFIX}/groups/berlin/deployments/web`, '{}', { qos: 1 });
  await client.publishAsync(DEPLOYMENT, '{}', RETAINED);
  await until('the document', () => device.messages.length === 1);
  expect(device.messages.map(({ topic }) => topic)).toEqual([DEPLOYMENT]);
  expect(device.troubles).toEqual([]);
});

// What a broker can do to retained documents, and what of it reaches the store.
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Intake } from '../../../agent/doors/mqtt/intake.ts';
import { openStore } from '../../../agent/store/open-store.ts';
import type { SqliteStore } from '../../../agent/store/sqlite-store.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import type { NewEvent } from '../../../protocol/reports/events.ts';
import { ensureMosquittoInstalled, type Mosquitto } from '../../../scripts/rig/mosquitto.ts';
import { brokerConfig, PREFIX, type Recording } from '../../agent/line/line-harness.ts';
import { deployment } from '../../fakes/deployments.ts';
import { documentsInto } from '../../fakes/documents.ts';
import { silent } from '../../fakes/silent-logger.ts';
import { until } from '../../fakes/until.ts';
import { type CuttableDial, cuttableDial } from './cuttable-dial.ts';
import { Setting } from './setting.ts';

const TOPIC = `${PREFIX}/devices/edge-01/deployments/line`;
const RETAINED = { qos: 1, retain: true } as const;

let setting: Setting;
let mosquitto: Mosquitto;
let device: Recording;
let line: CuttableDial;
let store: SqliteStore;
let events: NewEvent[];
let publish: (payload: string | Buffer) => Promise<unknown>;
beforeAll(() => ensureMosquittoInstalled());
beforeEach(async () => {
  setting = new Setting();
  mosquitto = await setting.mosquitto({ extraConfig: 'persistence false' });
  const { client } = await setting.manager(mosquitto.url, 'nothing/of/interest');
  publish = (payload) => client.publishAsync(TOPIC, payload, RETAINED);
  store = openStore(path.join(setting.dir, 'data'));
  setting.defer(() => store.close());
  events = [];
  line = cuttableDial();
  const reports = {
    reportRefusal: () => undefined,
    addEvents: (added: readonly NewEvent[]) => void events.push(...added),
  };
  const intake = new Intake({
    ...{ store, clock: systemClock, logger: silent },
    ...{ device: 'edge-01', groups: ['berlin'], topicPrefix: PREFIX },
    next: {
      commands: { receive: () => undefined },
      documents: documentsInto(store, { reports }),
      reports,
    },
  });
  device = setting.device(brokerConfig(mosquitto.port), { dial: line.dial });
  device.onMessage = (message) => intake.receive(message);
  await until('connected', () => device.connects === 1);
});
afterEach(() => setting.cleanUp());

function revision(number: number): string {
  return JSON.stringify(deployment({ revision: number }));
}

/** The revision that the store holds. */
function accepted(): number | undefined {
  return store.acceptedRevisions('line')[0]?.revision;
}

/** Publishes, and waits until the device was handed it. */
async function send(...payloads: readonly (string | Buffer)[]): Promise<void> {
  const count = device.messages.length + payloads.length;
  for (const payload of payloads) await publish(payload);
  await until('all is handed on', () => device.messages.length === count);
}

async function reconnect(): Promise<void> {
  const { connects } = device;
  line.streams.at(-1)?.destroy();
  await until('connected again', () => device.connects > connects);
}

test('a stale one, from a broker that was set back, is refused, and told once however often it comes', async () => {
  await send(revision(3));
  await send(revision(2));
  expect(accepted()).toBe(3);
  const count = device.messages.length;
  await reconnect();
  await until('the stale one again', () => device.messages.length === count + 1);
  expect(accepted()).toBe(3);
  expect(store.readRefusal('line')).toMatchObject({ code: 'stale', revision: 2 });
  expect(events.map(({ type }) => type)).toEqual(['document_accepted', 'document_refused']);
});

test('those that come in another order end with the highest revision', async () => {
  await send(...[2, 5, 1, 4, 3].map(revision));
  expect(accepted()).toBe(5);
  await send(revision(6));
  expect(accepted()).toBe(6);
  expect(store.readRefusal('line')).toBeNull();
});

test('the same one several times over is taken once', async () => {
  await send(revision(1), revision(1));
  await reconnect();
  await until('once more', () => device.messages.length === 3);
  expect(events.map(({ type }) => type)).toEqual(['document_accepted']);
});

test('one cut short, anywhere, changes nothing', async () => {
  await send(revision(1));
  const whole = Buffer.from(revision(2));
  const cuts = [1, 2, 20, Math.floor(whole.length / 2), whole.length - 1];
  for (const cut of cuts) {
    await send(whole.subarray(0, cut));
    expect(store.readRefusal('line')).toMatchObject({ code: 'not_json' });
  }
  expect(accepted()).toBe(1);
  await send(whole);
  expect(accepted()).toBe(2);
});

test('one that is cleared is told, and what was accepted stays', async () => {
  await send(revision(1));
  await send('');
  expect(accepted()).toBe(1);
  expect(events.map(({ type }) => type)).toEqual(['document_accepted', 'document_cleared']);
  const count = device.messages.length;
  await reconnect();
  // There is nothing to send again: the next document is the next message.
  await send(revision(2));
  expect(device.messages).toHaveLength(count + 1);
});

test('all of them gone with a broker that restarts empty: what was accepted stays', async () => {
  await send(revision(4));
  await mosquitto.kill();
  await until('disconnected', () => !device.broker.status().isConnected);
  await mosquitto.start();
  await until('connected again', () => device.connects === 2);
  expect(accepted()).toBe(4);
  expect(events.map(({ type }) => type)).toEqual(['document_accepted']);
});

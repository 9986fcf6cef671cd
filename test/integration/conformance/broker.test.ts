// The behaviours of a broker, on a real Mosquitto: what the fake is held against.
import { connectAsync } from 'mqtt';
import { beforeAll } from 'vitest';
import { systemClock } from '../../../lib/time/system-clock.ts';
import { ensureMosquittoInstalled, type Mosquitto } from '../../../scripts/rig/mosquitto.ts';
import { brokerConfig } from '../../agent/line/line-harness.ts';
import { declareBroker } from '../../conformance/broker/behaviours.ts';
import { type BrokerScene, PREFIX, type SceneLine } from '../../conformance/broker/scene.ts';
import { cuttableDial } from '../broker/cuttable-dial.ts';
import { Setting } from '../broker/setting.ts';

beforeAll(() => ensureMosquittoInstalled());
declareBroker(openMosquitto);

async function openMosquitto(): Promise<BrokerScene> {
  const setting = new Setting();
  const mosquitto = await setting.mosquitto({ extraConfig: 'persistence true' });
  const { client, messages: heard } = await setting.manager(mosquitto.url, `${PREFIX}/#`);
  return {
    clock: systemClock,
    heard,
    openLine: async () => openLine(setting, mosquitto),
    publish: async (topic, payload, { retain }) => {
      await client.publishAsync(topic, payload, { qos: 1, retain });
    },
    retained: (topic) => askRetained(mosquitto.url, topic),
    stopBroker: () => mosquitto.stop(),
    // What it has not written down yet goes with it, and so early it has written nothing.
    loseBroker: () => mosquitto.kill(),
    startBroker: () => mosquitto.start(),
    close: () => setting.cleanUp(),
  };
}

function openLine(setting: Setting, { port }: Mosquitto): SceneLine {
  const way = cuttableDial();
  const device = setting.device(brokerConfig(port), { dial: way.dial });
  return {
    broker: device.broker,
    messages: device.messages,
    troubles: device.troubles,
    connects: () => device.connects,
    cut: () => {
      way.isBlocked = true;
      way.streams.at(-1)?.destroy();
    },
    restore: () => {
      way.isBlocked = false;
    },
    refuse: (isToRefuse) => {
      device.onMessage = () => {
        if (isToRefuse) throw new Error('not now');
      };
    },
  };
}

/** Asks for a topic and, behind it, for one that answers always: what came before that was retained. */
async function askRetained(url: string, topic: string): Promise<string | null> {
  const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
  try {
    let payload: string | null = null;
    client.on('message', (_topic, bytes) => {
      payload = bytes.toString();
    });
    await client.subscribeAsync(topic, { qos: 1 });
    // QoS 1 within one connection: the answer comes behind whatever the broker had to send.
    await client.publishAsync(`probe/${topic}`, '', { qos: 1 });
    return payload;
  } finally {
    await client.endAsync(true);
  }
}

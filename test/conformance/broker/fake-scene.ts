// The scene on the fake broker: virtual time runs on by itself, as fast as it can.

import type { LineTrouble } from '../../../agent/ports/line.ts';
import type { IncomingMessage } from '../../../lib/mqtt/message.ts';
import { MemoryBroker } from '../../fakes/memory-broker.ts';
import { MemoryLine } from '../../fakes/memory-line.ts';
import { fork } from '../../fakes/random.ts';
import { freeRunning } from '../free-running.ts';
import { type BrokerScene, DEVICE, type Heard, PREFIX, type SceneLine } from './scene.ts';

export async function openFakeBroker(): Promise<BrokerScene> {
  const { clock, stop } = freeRunning();
  const broker = new MemoryBroker({ clock, random: fork(1, 'broker') });
  const heard: Heard[] = [];
  broker.onTaken = ({ topic, payload }) => heard.push({ topic, payload });
  return {
    clock,
    heard,
    openLine: async () => openLine(broker),
    publish: async (topic, payload, options) => broker.publish(topic, payload, options),
    retained: async (topic) => broker.retained.get(topic) ?? null,
    stopBroker: async () => broker.goDown(),
    loseBroker: async () => broker.goDown({ isForgetful: true }),
    startBroker: async () => broker.comeUp(),
    close: stop,
  };
}

function openLine(broker: MemoryBroker): SceneLine {
  const messages: IncomingMessage[] = [];
  const troubles: LineTrouble[] = [];
  let connects = 0;
  let isRefusing = false;
  const line = new MemoryLine({
    ...{ broker, clock: broker.clock, device: DEVICE, groups: ['berlin'], topicPrefix: PREFIX },
    bootId: 'boot-1',
    handlers: {
      onConnected: () => {
        connects += 1;
      },
      onDisconnected: (trouble) => void troubles.push(trouble),
      onMessage: (message) => {
        messages.push(message);
        if (isRefusing) throw new Error('not now');
      },
    },
  });
  line.start();
  return {
    broker: line,
    messages,
    troubles,
    connects: () => connects,
    cut: () => {
      broker.disconnect();
      broker.isUp = false;
    },
    restore: () => broker.comeUp(),
    refuse: (isToRefuse) => {
      isRefusing = isToRefuse;
    },
  };
}

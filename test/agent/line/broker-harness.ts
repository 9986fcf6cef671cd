// An MqttBroker with handlers that write down what happened, and waiting on conditions with a deadline.
import { pino } from 'pino';
import type { BrokerConfig } from '../../../agent/config/config.ts';
import { MqttBroker, type MqttBrokerOptions } from '../../../agent/line/mqtt-broker.ts';
import type { BrokerTrouble } from '../../../agent/ports/broker.ts';
import type { IncomingMessage } from '../../../lib/mqtt/message.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';

export const PREFIX = 'holdfast/v1';
export const PRESENCE_TOPIC = `${PREFIX}/devices/edge-01/presence`;

export function brokerConfig(port: number, changes: Partial<BrokerConfig> = {}): BrokerConfig {
  return {
    url: `mqtt://127.0.0.1:${port}`,
    protocol: 'mqtt',
    host: '127.0.0.1',
    port,
    username: null,
    passwordFile: null,
    caFile: null,
    certFile: null,
    keyFile: null,
    topicPrefix: PREFIX,
    reconnectWithinMs: 8000,
    ...changes,
  };
}

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Recording {
  readonly broker: MqttBroker;
  readonly messages: IncomingMessage[];
  readonly troubles: BrokerTrouble[];
  readonly logs: LogLine[];
  connects: number;
  /** Called with each message; may throw. */
  onMessage: (message: IncomingMessage) => void;
}

export function recordBroker(config: BrokerConfig, changes: Partial<MqttBrokerOptions> = {}): Recording {
  const logs: LogLine[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => logs.push(JSON.parse(line)) });
  const broker = new MqttBroker({
    config,
    device: 'edge-01',
    groups: ['berlin'],
    bootId: 'boot-1',
    clock: systemClock,
    // Nearly no delay between tries; what the delays are is tested with the pure parts.
    random: () => 0.01,
    logger,
    handlers: {
      onConnected: () => {
        recording.connects += 1;
      },
      onDisconnected: (trouble) => recording.troubles.push(trouble),
      onMessage: (message) => {
        recording.messages.push(message);
        recording.onMessage(message);
      },
    },
    ...changes,
  });
  const recording: Recording = {
    broker,
    messages: [],
    troubles: [],
    logs,
    connects: 0,
    onMessage: () => undefined,
  };
  return recording;
}

// A BrokerLine with handlers that write down what happened, and waiting on conditions with a deadline.
import { pino } from 'pino';
import type { BrokerConfig } from '../../../agent/config/config.ts';
import { BrokerLine, type BrokerLineOptions } from '../../../agent/line/broker-line.ts';
import type { LineTrouble } from '../../../agent/ports/line.ts';
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
  readonly broker: BrokerLine;
  readonly messages: IncomingMessage[];
  readonly troubles: LineTrouble[];
  readonly logs: LogLine[];
  connects: number;
  /** Called with each message; may throw. */
  onMessage: (message: IncomingMessage) => void;
}

export function recordLine(config: BrokerConfig, changes: Partial<BrokerLineOptions> = {}): Recording {
  const logs: LogLine[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => logs.push(JSON.parse(line)) });
  const broker = new BrokerLine({
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

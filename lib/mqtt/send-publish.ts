// One PUBLISH at QoS 1, and what the broker makes of it.
// Tested in test/agent/line/broker-line.test.ts.
import type { MqttClient } from 'mqtt';
import type { Logger } from '../program/logger.ts';
import { limitOf } from './broker-limits.ts';
import type { Outgoing } from './message.ts';
import { describeReason, NOT_AUTHORIZED } from './reasons.ts';

/** What AWS IoT Core carries; past it, it ends the connection. */
const MAX_PACKET_BYTES = 128 * 1024;
/** Fixed header, topic length, packet id and an empty property list. */
const PUBLISH_OVERHEAD_BYTES = 10;

export interface PublishOptions {
  readonly client: MqttClient;
  readonly logger: Logger;
  /** The broker's rules forbid it. */
  readonly onDenied: (topic: string) => void;
  /** Whether the connection is over, which answers all that is owed with an error. */
  readonly isOver: () => boolean;
}

/** `settle` gets why it was not taken, or nothing at PUBACK. */
export function sendPublish(
  message: Outgoing,
  { client, ...options }: PublishOptions,
  settle: (error: Error | undefined) => void,
): void {
  const { topic, payload, retain } = message;
  const sizeBytes = Buffer.byteLength(topic) + Buffer.byteLength(payload) + PUBLISH_OVERHEAD_BYTES;
  const maxBytes = limitOf(client, 'maximumPacketSize', MAX_PACKET_BYTES);
  if (sizeBytes > maxBytes) {
    // Sent all the same, it would end the connection, at each try.
    options.logger.error({ topic, sizeBytes, maxBytes }, 'larger than the broker takes');
    settle(new Error('larger than the broker takes'));
    return;
  }
  client.publish(topic, payload, { qos: 1, retain }, (error) => {
    if (error && !options.isOver()) tellRefusal(topic, error, options);
    settle(error);
  });
}

function tellRefusal(
  topic: string,
  error: Error,
  { logger, onDenied }: Pick<PublishOptions, 'logger' | 'onDenied'>,
): void {
  const code = 'code' in error && typeof error.code === 'number' ? error.code : null;
  const reason = code === null ? error.message : describeReason(code);
  logger.warn({ topic, reason }, 'the broker refuses a publish');
  if (code === NOT_AUTHORIZED) onDenied(topic);
}

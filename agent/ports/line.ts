// The line to the broker: a connection that comes and goes, and publishing that is acknowledged.

import type { IncomingMessage } from '../../lib/mqtt/message.ts';
import type { TroubleCode } from '../../lib/mqtt/terms.ts';

/** Why there is no connection: a stable word, and a sentence for the technician. */
export interface LineTrouble {
  readonly code: TroubleCode | 'not_configured';
  readonly message: string;
}

export interface LineStatus {
  readonly isConnected: boolean;
  /** MQTT version in use, once connected. */
  readonly protocol: '5' | '3.1.1' | null;
  /** Wall-clock time of the last change, ISO 8601. */
  readonly since: string;
  /** Why not, when not connected. */
  readonly trouble: LineTrouble | null;
  /** While connected: topics and filters that the broker's rules keep from this device, those that it told. */
  readonly denied: readonly string[];
}

export interface LineHandlers {
  /** After every connect, once the subscriptions stand. */
  onConnected(): void;
  onDisconnected(trouble: LineTrouble): void;
  /**
   * Acknowledged when it returns, so it stores before it returns. It throws when it cannot: the message is then not
   * acknowledged, and comes again after a reconnect.
   */
  onMessage(message: IncomingMessage): void;
}

export interface Line {
  /** Begins to connect; call it once, when the handlers are ready for messages. */
  start(): void;
  status(): LineStatus;
  /**
   * Publishes at QoS 1 and resolves `true` on PUBACK; `false` when there is no connection, when it ends
   * first, when the broker refuses or refused this topic a short while ago. Nothing is queued inside: the store is the queue.
   */
  publish(topic: string, payload: string, options: { retain: boolean }): Promise<boolean>;
  /** Publishes offline presence, disconnects and stops reconnecting. */
  close(): Promise<void>;
}

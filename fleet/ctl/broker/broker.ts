// What commands use of a broker.
import type { IncomingMessage } from '../../../lib/mqtt/message.ts';

export type MessageListener = (message: IncomingMessage) => void;

export interface Broker {
  /** Where it is, for messages. */
  readonly label: string;
  /** Aborted, with the failure as its reason, when the connection is lost or the command interrupted. */
  readonly signal: AbortSignal;
  onMessage(listener: MessageListener): () => void;
  /** Waits, no longer than `until` lets it; rejects when `signal` aborts meanwhile. */
  pause(ms: number, until?: AbortSignal): Promise<void>;
  /** Resolves at the broker's SUBACKs; all that is retained comes again, also of a filter that was subscribed before. */
  subscribe(filters: readonly string[]): Promise<void>;
  unsubscribe(filters: readonly string[]): Promise<void>;
  /** Resolves at the broker's PUBACK. Nothing stays of it there once its receivers have it. */
  publish(topic: string, payload: string): Promise<void>;
  /** Resolves at the broker's PUBACK. An empty payload clears the topic. */
  publishRetained(topic: string, payload: string): Promise<void>;
  /** Also more than once. */
  close(): Promise<void>;
}

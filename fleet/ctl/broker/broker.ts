// What commands use of a broker.
import type { IncomingMessage } from '../../../lib/mqtt/message.ts';

export type MessageListener = (message: IncomingMessage) => void;

export interface Broker {
  /** Where it is, for messages. */
  readonly label: string;
  /** Aborted, with the failure as its reason, when the connection is lost or the command interrupted. */
  readonly signal: AbortSignal;
  onMessage(listener: MessageListener): () => void;
  /** Waits; rejects when `signal` aborts meanwhile. */
  pause(ms: number): Promise<void>;
  /** Resolves at the broker's SUBACKs; all that is retained comes again, also of a filter that was subscribed before. */
  subscribe(filters: readonly string[]): Promise<void>;
  unsubscribe(filters: readonly string[]): Promise<void>;
  /** Resolves at the broker's PUBACK. */
  publishRetained(topic: string, payload: string): Promise<void>;
  /** Also more than once. */
  close(): Promise<void>;
}

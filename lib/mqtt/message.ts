// What goes over a connection, in and out.

export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Whether the broker sent it from its retained store rather than as it was published. */
  readonly isRetained: boolean;
}

export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

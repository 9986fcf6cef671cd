// What the behaviours of a broker are played on: a device's line to it, and others at the same broker.
import type { Line, LineTrouble } from '../../../agent/ports/line.ts';
import type { IncomingMessage } from '../../../lib/mqtt/message.ts';
import type { Clock } from '../../../lib/time/clock.ts';

export const PREFIX = 'holdfast/v1';
export const DEVICE = 'edge-01';

/** A device's line, with all that it told; it has been asked to connect. */
export interface SceneLine {
  readonly broker: Line;
  readonly messages: readonly IncomingMessage[];
  readonly troubles: readonly LineTrouble[];
  /** How often it connected. */
  connects(): number;
  /** The way to the broker ends with nothing said, and there is none until `restore`. */
  cut(): void;
  restore(): void;
  /** While set, messages are not taken. */
  refuse(isRefusing: boolean): void;
}

export interface Heard {
  readonly topic: string;
  readonly payload: string;
}

export interface BrokerScene {
  readonly clock: Clock;
  /** A line of the one device; a second one has the same id. */
  openLine(): Promise<SceneLine>;
  /** As a manager does. An empty payload clears what is retained. */
  publish(topic: string, payload: string, options: { retain: boolean }): Promise<void>;
  /** What a manager that listens to all has heard since the scene began, oldest first. */
  readonly heard: readonly Heard[];
  /** What the broker would give to somebody who comes now; `null` for nothing. */
  retained(topic: string): Promise<string | null>;
  /** Ends in order, and keeps what it has. */
  stopBroker(): Promise<void>;
  /** Ends, and has forgotten everything when it comes back. */
  loseBroker(): Promise<void>;
  startBroker(): Promise<void>;
  close(): Promise<void>;
}

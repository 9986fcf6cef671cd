// A view of the fleet that is kept up to date for as long as a command waits: a line that breaks is made anew, and
// what a broker dropped from its queue for us is read again.
// Tested in test/fleet/ctl/commands/deploy.test.ts.

import { CommandFailure } from '../../../lib/program/command-failure.ts';
import type { FleetView } from '../../view/fleet-view.ts';
import type { Broker } from '../broker/broker.ts';
import type { Context } from '../context/context.ts';

/** A broker's queue for one client is bounded, and a fleet may say more at once. */
const READ_AGAIN_MS = 60_000;
const RECONNECT_AFTER_MS = 1000;

export interface WatchOptions {
  readonly view: FleetView;
  readonly filters: readonly string[];
  /** Opens another connection. */
  readonly connect: () => Promise<Broker>;
  readonly context: Context;
}

export class FleetWatch {
  readonly #options: WatchOptions;
  #broker: Broker;

  /** `broker` is subscribed to the filters, and the view listens to it. */
  constructor(broker: Broker, options: WatchOptions) {
    this.#broker = broker;
    this.#options = options;
  }

  /** Carries the work out, and again with another connection each time that the line breaks. */
  async during(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    for (;;) {
      const broker = this.#broker;
      const timer = setInterval(() => this.#readAgain(broker), READ_AGAIN_MS);
      try {
        return await work(broker.signal);
      } catch (error) {
        if (!isLostLine(error)) throw error;
      } finally {
        clearInterval(timer);
      }
      await this.#reconnect();
    }
  }

  async close(): Promise<void> {
    await this.#broker.close();
  }

  async #reconnect(): Promise<void> {
    const { context, connect, view, filters } = this.#options;
    await this.#broker.close();
    await context.pause(RECONNECT_AFTER_MS, context.signal);
    this.#broker = await connect();
    this.#broker.onMessage((message) => view.accept(message));
    await this.#broker.subscribe(filters);
  }

  /** A subscription that is refused now is asked for again next time, and a broken line is seen elsewhere. */
  #readAgain(broker: Broker): void {
    broker.subscribe(this.#options.filters).catch(() => undefined);
  }
}

function isLostLine(error: unknown): boolean {
  return error instanceof CommandFailure && error.code === 'broker_lost';
}

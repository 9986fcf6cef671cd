// Reading what is retained: MQTT has no word for "that was all", so an end is made of what it does promise.
import { CommandFailure } from '../../../lib/program/command-failure.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';
import type { Broker } from './broker.ts';

/** How long nothing may come before the broker is asked whether that was all. */
const QUIET_MS = 300;
/** EMQX sends a thousand retained messages a second, and rests in between. */
const PACE = { messages: 1000, quietMs: 1500 };
/** No retained set takes longer than this to come to a standstill; past it, live traffic keeps us from seeing one. */
const LIMIT_MS = 30_000;
/**
 * What brokers hold back of one subscription without a word: ejabberd and EMQX all past 1000; Mosquitto sends 20
 * unacknowledged, queues 1000 more for a client, and drops the rest.
 */
const CUTS_AT = [1000, 1020];

/** A filter of which the broker may have held something back, and how many messages came for it. */
export interface CutList {
  readonly filter: string;
  readonly count: number;
}

/** What came for one batch of filters. */
interface Tally {
  retained: number;
  /** Live messages that stood in the broker's queue before the retained ones, and took places there. */
  liveBefore: number;
}

/**
 * Subscribes to the batches of filters, one after the other, and resolves when all that is retained under them
 * has come to the listeners. Returns the filters of which the broker may have held something back.
 *
 * The end is known so: once nothing has come for 300 ms, a filter nobody uses is unsubscribed. A broker takes the
 * packets of one connection in order, so its UNSUBACK says that it has seen all our PUBACKs, and whatever those
 * released is on the stream before it. If nothing came before the UNSUBACK, there is no more. Neither half would
 * do alone: a quiet spell may be a slow link between two windows of 20, and a broker may fetch what it retains
 * while it answers. An UNSUBSCRIBE needs no permission, and publishes nothing. (A second SUBSCRIBE is no end
 * marker: Mosquitto answers it ahead of its queue, measured after 140 of 500 messages.)
 *
 * Batches go one by one since the broker's queue for us is bounded, and each then has it alone.
 */
export async function awaitRetained(
  broker: Broker,
  batches: readonly (readonly string[])[],
): Promise<readonly CutList[]> {
  const deadline = AbortSignal.timeout(LIMIT_MS);
  const tallies = batches.map((): Tally => ({ retained: 0, liveBefore: 0 }));
  let current: Tally = { retained: 0, liveBefore: 0 };
  // Live messages do not put off the end: a busy fleet is never quiet.
  const stop = broker.onMessage(({ isRetained }) => {
    if (isRetained) current.retained += 1;
    else if (current.retained === 0) current.liveBefore += 1;
  });
  try {
    for (const [index, filters] of batches.entries()) {
      current = tallies[index] ?? current;
      await broker.subscribe(filters);
      await settle(broker, { tally: current, quietMs: 0, deadline });
    }
    await settle(broker, { tally: current, quietMs: QUIET_MS, deadline });
  } finally {
    stop();
  }
  return batches.flatMap((filters, index) => cutListsOf(filters, tallies[index] ?? current));
}

function cutListsOf(filters: readonly string[], { retained, liveBefore }: Tally): CutList[] {
  const isCut = CUTS_AT.some((limit) => retained <= limit && limit <= retained + liveBefore);
  return isCut ? filters.map((filter) => ({ filter, count: retained })) : [];
}

interface SettleOptions {
  readonly tally: Tally;
  readonly quietMs: number;
  readonly deadline: AbortSignal;
}

async function settle(broker: Broker, { tally, quietMs, deadline }: SettleOptions): Promise<void> {
  let seen: number;
  do {
    if (deadline.aborted) throw notSettled(broker);
    seen = tally.retained;
    const mayRest = seen > 0 && seen % PACE.messages === 0;
    const waitMs = mayRest ? PACE.quietMs : quietMs;
    if (waitMs > 0) await broker.pause(waitMs);
    await broker.unsubscribe(['holdfast-end-of-retained']);
  } while (seen !== tally.retained);
}

function notSettled(broker: Broker): CommandFailure {
  return new CommandFailure({
    code: 'broker_restless',
    exitCode: EXIT.timedOut,
    message: `the broker at ${broker.label} did not come to an end of what it retains in ${LIMIT_MS / 1000} s`,
  });
}

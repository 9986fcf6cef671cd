// Reading what is retained: MQTT has no word for "that was all", so an end is made of what it does promise.
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure, EXIT } from '../failure.ts';
import type { Broker } from './connection.ts';

/** How long nothing may come before the broker is asked whether that was all. */
const QUIET_MS = 300;
/** No retained set takes longer than this to come to a standstill; past it, live traffic keeps us from seeing one. */
const LIMIT_MS = 30_000;
/** Mosquitto sends 20 unacknowledged and queues 1000 more for a client, and drops the rest without a word. */
const SUSPICIOUS_COUNT = 1000;

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
): Promise<readonly string[]> {
  const deadline = AbortSignal.timeout(LIMIT_MS);
  const maybeCut: string[] = [];
  let count = 0;
  // Live messages are not counted: a busy fleet is never quiet.
  const stop = broker.onMessage(({ isRetained }) => {
    if (isRetained) count += 1;
  });
  try {
    for (const filters of batches) {
      const before = count;
      await broker.subscribe(filters);
      await settle(broker, { count: () => count, quietMs: 0, deadline });
      if (count - before >= SUSPICIOUS_COUNT) maybeCut.push(...filters);
    }
    await settle(broker, { count: () => count, quietMs: QUIET_MS, deadline });
  } finally {
    stop();
  }
  return maybeCut;
}

/** What is retained on one topic, or `null`. */
export async function readRetainedTopic(broker: Broker, topic: string): Promise<Uint8Array | null> {
  let payload: Uint8Array | null = null;
  const stop = broker.onMessage((message) => {
    if (message.topic === topic) payload = message.payload.byteLength > 0 ? message.payload : null;
  });
  try {
    await awaitRetained(broker, [[topic]]);
    await broker.unsubscribe([topic]);
  } finally {
    stop();
  }
  return payload;
}

interface SettleOptions {
  readonly count: () => number;
  readonly quietMs: number;
  readonly deadline: AbortSignal;
}

async function settle(broker: Broker, { count, quietMs, deadline }: SettleOptions): Promise<void> {
  let seen: number;
  do {
    if (deadline.aborted) throw notSettled(broker);
    seen = count();
    if (quietMs > 0) await pause(broker, quietMs);
    await broker.unsubscribe(['holdfast-end-of-retained']);
  } while (seen !== count());
}

async function pause(broker: Broker, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: broker.signal }).catch(() => broker.signal.throwIfAborted());
}

function notSettled(broker: Broker): CommandFailure {
  return new CommandFailure({
    code: 'broker_restless',
    exitCode: EXIT.timedOut,
    message: `the broker at ${broker.label} did not come to an end of what it retains in ${LIMIT_MS / 1000} s`,
  });
}

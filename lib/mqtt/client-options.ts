// How the MQTT library is set up for one connection.
import type { IClientOptions } from 'mqtt';
import type { IntervalTimer } from './clock-timer.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import type { Session } from './session.ts';

const KEEPALIVE_S = 60;
/** How long the library waits for the answer to a ping: half a keepalive. */
export const PING_ANSWER_MS = (KEEPALIVE_S * 1000) / 2;
/**
 * Long enough that a restart or an hour in a tunnel loses no command; deployments need no session at all, and
 * a broker should not keep a queue for a device that was thrown away.
 */
const SESSION_EXPIRY_S = 3600;
/**
 * More than the documents that a device can follow: Mosquitto sends so many at once, queues `max_queued_messages` more
 * and drops the rest, at each SUBSCRIBE the same ones. What it costs here is bounded by the line's own buffers.
 */
const RECEIVE_MAXIMUM = 256;
/** The library's own timer cannot be switched off; ours (20 s, on the injected clock) comes first. */
const LIBRARY_TIMEOUT_MS = 120_000;

export function clientOptions(
  session: Session,
  version: ProtocolVersion,
  timer: IntervalTimer,
): IClientOptions {
  return {
    protocolVersion: version === '5' ? 5 : 4,
    clientId: session.clientId,
    clean: false,
    keepalive: KEEPALIVE_S,
    ...(session.username !== null && { username: session.username }),
    ...(session.password !== null && { password: session.password }),
    will: { topic: session.will.topic, payload: Buffer.from(session.will.payload), qos: 1, retain: true },
    ...(version === '5' && {
      properties: { sessionExpiryInterval: SESSION_EXPIRY_S, receiveMaximum: RECEIVE_MAXIMUM },
    }),
    // Each connection is a client of its own, so that version, password and delay are decided afresh.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    connectTimeout: LIBRARY_TIMEOUT_MS,
    // Otherwise 65,536 packet ids are built beforehand, 14 MiB.
    writeCache: false,
    timerVariant: timer,
  };
}

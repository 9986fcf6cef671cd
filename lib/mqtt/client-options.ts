// How the MQTT library is set up for one connection.
// Tested in test/agent/line/broker-line.test.ts.
import type { IClientOptions } from 'mqtt';
import type { IntervalTimer } from './clock-timer.ts';
import type { Outgoing } from './message.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import type { KeptSession, Session } from './session.ts';

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
    clean: session.kept === null,
    keepalive: session.keepaliveS,
    ...(session.username !== null && { username: session.username }),
    ...(session.password !== null && { password: session.password }),
    ...(session.will !== null && { will: willOf(session.will) }),
    ...(version === '5' && session.kept !== null && { properties: keptProperties(session.kept) }),
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

function willOf({ topic, payload, retain }: Outgoing): NonNullable<IClientOptions['will']> {
  return { topic, payload: Buffer.from(payload), qos: 1, retain };
}

function keptProperties({ expiryS, receiveMaximum }: KeptSession): NonNullable<IClientOptions['properties']> {
  return { sessionExpiryInterval: expiryS, receiveMaximum };
}

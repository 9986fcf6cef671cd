// What a connection of the agent's is begun with, read afresh each time: a file that was replaced is taken up.
// Tested in test/agent/line/broker-line.test.ts.
import { readFileSync } from 'node:fs';
import { describeSystemError, messageOf } from '../../lib/failures/system-error.ts';
import type { TlsFiles } from '../../lib/mqtt/dial.ts';
import type { Prepared } from '../../lib/mqtt/kept-connection.ts';
import type { Outgoing } from '../../lib/mqtt/message.ts';
import type { KeptSession } from '../../lib/mqtt/session.ts';
import { readSecret } from '../../lib/program/read-secret.ts';
import type { BrokerConfig } from '../config/config.ts';
import { clientIdOf, subscriptionFilters } from './own-messages.ts';

const KEEPALIVE_S = 60;

const KEPT: KeptSession = {
  // Long enough that a restart or an hour in a tunnel loses no command; deployments need no session at all, and a
  // broker should not keep a queue for a device that was thrown away.
  expiryS: 3600,
  // More than the documents that a device can follow: Mosquitto sends so many at once, queues `max_queued_messages`
  // more and drops the rest, at each SUBSCRIBE the same ones. What it costs here is bounded by the line's own buffers.
  receiveMaximum: 256,
};

export interface SessionOwner {
  readonly config: BrokerConfig;
  readonly device: string;
  readonly groups: readonly string[];
  /** Further topics that it listens to. Default: none. */
  readonly alsoHears?: readonly string[];
}

/** The session of a device that leaves this last will. */
export function prepareSession(
  { config, device, groups, alsoHears = [] }: SessionOwner,
  will: Outgoing,
): Prepared {
  const password = config.passwordFile === null ? null : readSecret(config.passwordFile);
  if (password?.ok === false) return { ok: false, trouble: { kind: 'no_login', message: password.message } };
  const tls = readTlsFiles(config);
  if (typeof tls === 'string') return { ok: false, trouble: { kind: 'no_tls_files', message: tls } };
  const session = {
    clientId: clientIdOf(device),
    username: config.username,
    password: password?.value ?? null,
    will,
    filters: [...subscriptionFilters(config.topicPrefix, device, groups), ...alsoHears],
    keepaliveS: KEEPALIVE_S,
    kept: KEPT,
  };
  return { ok: true, session, tls };
}

const NO_FILES: TlsFiles = { ca: null, cert: null, key: null };

/** A string says which cannot be read, and why. */
function readTlsFiles({ protocol, caFile, certFile, keyFile }: BrokerConfig): TlsFiles | string {
  if (protocol === 'mqtt') return NO_FILES;
  try {
    return {
      ca: caFile === null ? null : readPem('broker.ca_file', caFile),
      cert: certFile === null ? null : readPem('broker.cert_file', certFile),
      key: keyFile === null ? null : readPem('broker.key_file', keyFile),
    };
  } catch (error) {
    return messageOf(error);
  }
}

function readPem(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Error(`${key} ${file}: ${describeSystemError(cause)}`, { cause });
  }
}

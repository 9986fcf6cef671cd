// Why a broker refuses a connection or ends one: its codes in the technician's words.
// MQTT 3.1.1 section 3.2.2.3; MQTT 5 sections 3.2.2.2 and 3.14.2.1.
import { ReasonCodes } from 'mqtt';
import type { Ending } from './ending.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import type { BrokerTrouble } from './trouble.ts';

type Code = BrokerTrouble['code'];

const NORMAL = 0;
const UNSPECIFIED = 128;
const UNSUPPORTED_VERSION = 132;
const SESSION_TAKEN_OVER = 142;
export const NOT_AUTHORIZED = 135;

const CODES: Readonly<Record<number, Code>> = {
  2: 'not_authorized',
  3: 'unreachable',
  4: 'refused_credentials',
  5: 'refused_credentials',
  133: 'not_authorized',
  134: 'refused_credentials',
  135: 'refused_credentials',
  136: 'unreachable',
  137: 'unreachable',
  138: 'not_authorized',
  140: 'refused_credentials',
};

const DISCONNECT_HINTS: Readonly<Record<number, string>> = {
  147: '; it counts more unacknowledged messages than it announced to take',
  149: '; a message of this device was larger than it takes',
  150: '; this device sends more often than it allows',
  151: '; this device has used up what it is allowed',
};

/** The ending that a CONNACK with this code is. */
export function endingOfConnack(code: number, version: ProtocolVersion): Ending {
  const trouble = troubleOfRefusal(code);
  // 1 to 5 are 3.1.1's codes: a broker that answers 5 with them does not speak it.
  const isVersionRefused = code === UNSUPPORTED_VERSION || code === 1 || (version === '5' && code < 6);
  return { trouble, verdict: isVersionRefused ? 'refused' : 'worked', isExplained: true, upForMs: null };
}

function troubleOfRefusal(reason: number): BrokerTrouble {
  const code = CODES[reason] ?? 'closed';
  const words = describeReason(reason);
  switch (code) {
    case 'refused_credentials':
      return {
        code,
        message: `the broker refuses the login: ${words}; check broker.username and broker.password_file`,
      };
    case 'not_authorized':
      return { code, message: `the broker does not let this device in: ${words}` };
    default:
      return { code, message: `the broker refuses the connection: ${words}` };
  }
}

/** The trouble that a DISCONNECT of the broker's (MQTT 5) is. */
export function troubleOfDisconnect(reason: number): BrokerTrouble {
  if (reason === SESSION_TAKEN_OVER) {
    return {
      code: 'session_taken',
      message: 'another client connected with the same id; is a device id in use twice?',
    };
  }
  const code = reason === NOT_AUTHORIZED ? 'not_authorized' : 'closed';
  const hint = DISCONNECT_HINTS[reason] ?? '';
  return { code, message: `the broker ended the connection: ${describeReason(reason)}${hint}` };
}

/** Whether the code of a DISCONNECT says why. */
export function isTelling(reason: number): boolean {
  return reason !== NORMAL && reason !== UNSPECIFIED;
}

/** `Not authorized (135)` */
export function describeReason(reason: number): string {
  const name: string | undefined = Object.entries(ReasonCodes).find(([code]) => Number(code) === reason)?.[1];
  return `${name || 'reason'} (${reason})`;
}

// The codes with which a broker refuses a connection or ends one, and what each means to whoever connects.
// MQTT 3.1.1 section 3.2.2.3; MQTT 5 sections 3.2.2.2 and 3.14.2.1.
import { ReasonCodes } from 'mqtt';
import type { ProtocolVersion } from './protocol-version.ts';

const NORMAL = 0;
const UNSPECIFIED = 128;
export const NOT_AUTHORIZED = 135;
export const SESSION_TAKEN_OVER = 142;

/**
 * What a refused login means: `login` is wrong, it is not `admitted`, this `client` may not come whatever its login, the
 * broker is `unavailable`, the `version` is not spoken.
 */
export type Refusal = 'login' | 'admission' | 'client' | 'unavailable' | 'version' | 'other';

const REFUSALS: Readonly<Record<number, Refusal>> = {
  1: 'version',
  2: 'client',
  3: 'unavailable',
  4: 'login',
  5: 'admission',
  132: 'version',
  133: 'client',
  134: 'login',
  135: 'admission',
  136: 'unavailable',
  137: 'unavailable',
  138: 'client',
  140: 'admission',
};

/** Of a CONNACK's code, in either version. */
export function refusalOf(reason: number): Refusal {
  return REFUSALS[reason] ?? 'other';
}

/** Whether the code of a CONNACK says that this version is not spoken. */
export function isVersionRefused(reason: number, version: ProtocolVersion): boolean {
  // 1 to 5 are 3.1.1's codes: a broker that answers 5 with them does not speak it.
  return refusalOf(reason) === 'version' || (version === '5' && reason < 6);
}

/** Whether the code of a DISCONNECT says why. */
export function isTelling(reason: number): boolean {
  return reason !== NORMAL && reason !== UNSPECIFIED;
}

/** `Not authorized (135)` */
export function describeReason(reason: number): string {
  return `${reasonName(reason) || 'reason'} (${reason})`;
}

/** `Not authorized`; `undefined` for a code that no standard has, and empty for success. */
export function reasonName(reason: number): string | undefined {
  return Object.entries(ReasonCodes).find(([code]) => Number(code) === reason)?.[1];
}

// Why there is no connection: facts, which `describe-trouble.ts` puts into words.
// Tested in test/agent/line/broker-line.test.ts.
import { systemErrorCode } from '../failures/system-error.ts';
import { isTelling, SESSION_TAKEN_OVER } from './reasons.ts';

export type Trouble =
  /** The network or TLS failed before MQTT began, or TLS later: version 1.3 refuses a client's certificate that late. */
  | { readonly kind: 'socket'; readonly error: Error; readonly isInHandshake: boolean; readonly at: Date }
  /** What is needed to log in cannot be had; nobody was dialled. */
  | { readonly kind: 'no_login'; readonly message: string }
  | { readonly kind: 'no_tls_files'; readonly message: string }
  /** Dialled, and not through in time. */
  | { readonly kind: 'unreached'; readonly during: 'look_up' | 'tcp' | 'tls'; readonly afterMs: number }
  /** A CONNACK with another reason than success. */
  | { readonly kind: 'refused'; readonly reason: number }
  /** A DISCONNECT of the broker's (MQTT 5). */
  | { readonly kind: 'disconnected'; readonly reason: number }
  /** The connection stands, and what was asked is not answered. `afterMs` is `null` where no time was set. */
  | { readonly kind: 'unanswered'; readonly question: Question; readonly afterMs: number | null }
  /** The socket failed, or what came over it is no MQTT. */
  | { readonly kind: 'broken'; readonly error: Error }
  | { readonly kind: Close }
  /** What most likely stands behind another trouble. */
  | { readonly kind: 'suspected'; readonly of: 'tls' | 'takeover'; readonly behind: Trouble };

/** An end of which the kind tells all. `left`, `stopping`, `redelivery` and the faults are our own doing. */
export type Close = 'closed' | 'unasked_qos2' | 'redelivery' | 'left' | 'stopping' | 'fault' | 'fault_ended';

export type TroubleOf<Kind extends Trouble['kind']> = Extract<Trouble, { readonly kind: Kind }>;

export type Question = 'login' | 'subscription' | 'publish' | 'ping';

/** Whether another client with our id took the session. */
export function isTakeover(trouble: Trouble): boolean {
  if (trouble.kind === 'suspected') return trouble.of === 'takeover';
  return trouble.kind === 'disconnected' && trouble.reason === SESSION_TAKEN_OVER;
}

/** Whether the connection ended and nobody said why. With MQTT 3.1.1 a take-over is such an end. */
export function isUnexplained(trouble: Trouble): boolean {
  switch (trouble.kind) {
    case 'closed':
      return true;
    case 'disconnected':
      return !isTelling(trouble.reason);
    case 'broken':
      // The system knows that the line ended, not why; what is no MQTT is reason enough.
      return systemErrorCode(trouble.error) !== null;
    default:
      return false;
  }
}

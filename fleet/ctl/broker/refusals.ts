// What a failed connect means, in words for an operator.
import { messageOf, systemErrorCode } from '../../../lib/failures/system-error.ts';
import { reasonName, refusalOf } from '../../../lib/mqtt/reasons.ts';
import { type TlsProblem, tlsProblemOf } from '../../../lib/mqtt/tls-problem.ts';
import type { Trouble } from '../../../lib/mqtt/trouble.ts';
import type { Destination } from './broker-url.ts';

export interface Explanation {
  readonly code: 'broker_unreachable' | 'broker_refused_login';
  readonly reason: string;
  readonly hint?: string | undefined;
}

type Cause = Omit<Explanation, 'code'>;

/** Whether another try may end otherwise: who is refused, or finds a certificate wrong, will be so again. */
export function mayConnectLater(trouble: Trouble): boolean {
  switch (trouble.kind) {
    case 'refused':
      return !isLoginRefusal(trouble.reason);
    case 'socket':
      return tlsProblemOf(trouble.error) === null;
    default:
      return trouble.kind !== 'no_tls_files';
  }
}

/** What a failed connect means, after the last try. */
export function explainRefusal(trouble: Trouble, { address, login }: Destination): Explanation {
  if (trouble.kind === 'refused' && isLoginRefusal(trouble.reason)) {
    return { code: 'broker_refused_login', ...explainLogin(trouble.reason, login.username) };
  }
  return { code: 'broker_unreachable', ...explainTrouble(trouble, address.protocol === 'mqtts') };
}

function isLoginRefusal(reason: number): boolean {
  return ['login', 'admission'].includes(refusalOf(reason));
}

function explainLogin(reason: number, username: string | null): Cause {
  const hint =
    username === null
      ? 'give user and password in the URL: mqtt://USER:PASSWORD@HOST:PORT'
      : 'is the password right, and does the broker know this user?';
  return refusalOf(reason) === 'login'
    ? { reason: 'it does not take this user and password', hint }
    : { reason: 'it does not let this user in', hint };
}

function explainTrouble(trouble: Trouble, isTls: boolean): Cause {
  switch (trouble.kind) {
    case 'refused':
      return orShortOfANode({ reason: `Connection refused: ${reasonName(trouble.reason)}` });
    case 'unreached':
    case 'unanswered':
      return orShortOfANode({ reason: 'it does not answer' });
    case 'socket':
    case 'broken':
      return explainError(trouble.error, isTls);
    case 'no_tls_files':
      return { reason: trouble.message };
    default:
      return orShortOfANode(explainCut(isTls));
  }
}

function explainError(error: Error, isTls: boolean): Cause {
  const problem = tlsProblemOf(error);
  if (problem !== null) return explainTls(problem, error);
  const code = systemErrorCode(error) ?? '';
  if (code === 'ECONNRESET') return orShortOfANode(explainCut(isTls));
  return orShortOfANode(BY_CODE[code] ?? { reason: messageOf(error) || code });
}

const BY_CODE: Readonly<Record<string, Cause>> = {
  ECONNREFUSED: { reason: 'nothing listens there', hint: 'is the broker running, and is the port right?' },
  ENOTFOUND: { reason: 'the host name is not known' },
  EAI_AGAIN: { reason: 'the host name cannot be looked up now' },
  ETIMEDOUT: { reason: 'it does not answer' },
  EHOSTUNREACH: { reason: 'there is no way to this host' },
  ENETUNREACH: { reason: 'there is no way to this network' },
};

const NO_TLS: Cause = {
  reason: 'it does not speak TLS',
  hint: 'is this the port for mqtts://, or is mqtt:// meant?',
};

function explainTls(problem: TlsProblem, error: Error): Cause {
  switch (problem) {
    case 'expired':
      return { reason: 'its certificate has expired' };
    case 'self_signed':
    case 'unknown_authority':
      return {
        reason: 'its certificate is signed by nobody known here',
        hint: 'pass --ca FILE with its authority',
      };
    case 'no_tls':
      return NO_TLS;
    case 'own_certificate':
      return {
        reason: 'it wants a certificate of yours that it can trust',
        hint: 'pass --cert FILE and --key FILE, signed by the authority that the broker trusts',
      };
    case 'not_yet_valid':
    case 'other_host':
      return { reason: messageOf(error) };
    case 'other':
      return systemErrorCode(error)?.startsWith('ERR_TLS') === true ? { reason: messageOf(error) } : NO_TLS;
  }
}

/** What a cluster does that has no leader cannot be told from a port that is wrong. */
function orShortOfANode({ reason, hint = 'is the address right?' }: Cause): Cause {
  return { reason, hint: `${hint} It may also be starting, or the broker is short of a node` };
}

/** What a plain port does to TLS, and a TLS port to anything else. */
function explainCut(isTls: boolean): Cause {
  const hint = isTls
    ? 'does it speak TLS on this port, or is mqtt:// meant?'
    : 'does it want TLS (mqtts://) on this port?';
  return { reason: 'it cut the connection', hint };
}

// Why there is no connection, in words for the people of whichever program connects.
import { describeSystemError } from '../failures/system-error.ts';
import { describeSocket, describeUnreached } from './describe-socket.ts';
import { describeReason, NOT_AUTHORIZED, type Refusal, refusalOf, SESSION_TAKEN_OVER } from './reasons.ts';
import type { DescribedTrouble, Terms, TroubleCode } from './terms.ts';
import type { Close, Question, Trouble, TroubleOf } from './trouble.ts';

export function describeTrouble(trouble: Trouble, terms: Terms): DescribedTrouble {
  switch (trouble.kind) {
    case 'socket':
      return describeSocket(trouble, terms);
    case 'no_login':
      return { code: 'refused_credentials', message: trouble.message };
    case 'no_tls_files':
      return { code: 'tls', message: `the TLS files cannot be used: ${trouble.message}` };
    case 'unreached':
      return describeUnreached(trouble);
    case 'refused':
      return describeRefusal(trouble.reason, terms);
    case 'disconnected':
      return describeDisconnect(trouble.reason, terms);
    case 'unanswered':
      return describeSilence(trouble);
    case 'broken':
      return closed(`the connection broke: ${describeSystemError(trouble.error)}`);
    case 'suspected':
      return describeSuspicion(trouble, terms);
    default:
      return closed(describeClose(trouble.kind, terms));
  }
}

function closed(message: string): DescribedTrouble {
  return { code: 'closed', message };
}

const REFUSAL_CODES: Readonly<Record<Refusal, TroubleCode>> = {
  login: 'refused_credentials',
  admission: 'refused_credentials',
  client: 'not_authorized',
  unavailable: 'unreachable',
  version: 'closed',
  other: 'closed',
};

function describeRefusal(reason: number, { client, settings }: Terms): DescribedTrouble {
  const code = REFUSAL_CODES[refusalOf(reason)];
  const words = describeReason(reason);
  switch (code) {
    case 'refused_credentials':
      return { code, message: `the broker refuses the login: ${words}; check ${settings.login}` };
    case 'not_authorized':
      return { code, message: `the broker does not let this ${client} in: ${words}` };
    default:
      return { code, message: `the broker refuses the connection: ${words}` };
  }
}

function describeDisconnect(reason: number, terms: Terms): DescribedTrouble {
  if (reason === SESSION_TAKEN_OVER) {
    return {
      code: 'session_taken',
      message: `another client connected with the same id; is a ${terms.client} id in use twice?`,
    };
  }
  const code = reason === NOT_AUTHORIZED ? 'not_authorized' : 'closed';
  const hint = disconnectHint(reason, terms.client);
  return { code, message: `the broker ended the connection: ${describeReason(reason)}${hint}` };
}

function disconnectHint(reason: number, client: string): string {
  switch (reason) {
    case 147:
      return '; it counts more unacknowledged messages than it announced to take';
    case 149:
      return `; a message of this ${client} was larger than it takes`;
    case 150:
      return `; this ${client} sends more often than it allows`;
    case 151:
      return `; this ${client} has used up what it is allowed`;
    default:
      return '';
  }
}

const UNANSWERED: Readonly<Record<Question, string>> = {
  login: 'no answer to the login',
  subscription: 'no answer to a subscription',
  publish: 'no acknowledgement of a publish',
  ping: 'no answer to a ping',
};

function describeSilence({ question, afterMs }: TroubleOf<'unanswered'>): DescribedTrouble {
  const time = afterMs === null ? '' : ` in ${afterMs / 1000} s`;
  const message = `the broker accepts connections, but gives ${UNANSWERED[question]}${time}`;
  return { code: 'no_answer', message };
}

function describeSuspicion({ of, behind }: TroubleOf<'suspected'>, terms: Terms): DescribedTrouble {
  const { code, message } = describeTrouble(behind, terms);
  if (of === 'tls') {
    const setting = terms.settings.address;
    return { code, message: `${message}; does it want TLS on this port (mqtts:// in ${setting})?` };
  }
  return {
    code: 'session_taken',
    message:
      `${message}, several times running soon after connecting: most likely another ${terms.client} has the same id; ` +
      'else the broker does not let this one read or write its topics, or the line keeps breaking',
  };
}

function describeClose(kind: Close, { program }: Terms): string {
  switch (kind) {
    case 'closed':
      return 'the broker closed the connection';
    case 'unasked_qos2':
      return 'the broker sent QoS 2 unasked';
    case 'redelivery':
      return 'reconnecting to be sent a message again';
    case 'left':
      return `the ${program} disconnected`;
    case 'stopping':
      return `the ${program} is stopping`;
    case 'fault':
      return `a fault of the ${program} itself`;
    case 'fault_ended':
      return `a fault of the ${program} itself ended the connection`;
  }
}

// Where the broker is, taken apart.
import {
  type BrokerAddress,
  type Login,
  parseBrokerUrl,
  type UrlProblem,
} from '../../../lib/mqtt/broker-address.ts';
import { UsageError } from '../../../lib/program/command-failure.ts';

/** Whom to connect to, and as whom. */
export interface Destination {
  readonly address: BrokerAddress;
  readonly login: Login;
}

const HINT = 'write it as mqtt://HOST:1883 or mqtts://USER:PASSWORD@HOST:8883';

/** Throws on what is no broker's URL. The URL itself is never repeated in a message: it may hold a password. */
export function readDestination(text: string): Destination {
  const parsed = parseBrokerUrl(text);
  if (!parsed.ok) throw failureOf(parsed.problem);
  return { address: parsed.address, login: parsed.login };
}

function failureOf(problem: UrlProblem): UsageError {
  switch (problem.kind) {
    case 'no_url':
    case 'no_host':
      return new UsageError('the broker is no URL', HINT);
    case 'unknown_protocol':
      return new UsageError(`the broker's protocol "${problem.protocol}" is not known`, HINT);
    case 'lone_percent':
      return new UsageError("the broker's user or password has a lone %", 'write % as %25');
  }
}

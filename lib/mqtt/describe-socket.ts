// What keeps from a socket on which MQTT can begin, in words: the network, TLS and its certificates.
// Tested in test/lib/mqtt/describe-trouble.test.ts.
import { describeSystemError, systemErrorCode } from '../failures/system-error.ts';
import type { DescribedTrouble, Terms } from './terms.ts';
import { type TlsProblem, tlsProblemOf } from './tls-problem.ts';
import type { TroubleOf } from './trouble.ts';

export function describeSocket(
  { error, isInHandshake, at }: TroubleOf<'socket'>,
  terms: Terms,
): DescribedTrouble {
  const problem = tlsProblemOf(error);
  if (problem !== null || isInHandshake)
    return { code: 'tls', message: describeTls(error, problem, { at, terms }) };
  const code = systemErrorCode(error) ?? '';
  const words = describeSystemError(error) || 'connection failed';
  return {
    code: 'unreachable',
    message: `cannot reach the broker: ${words}${code === '' ? '' : ` (${code})`}`,
  };
}

function describeTls(
  error: Error,
  problem: TlsProblem | null,
  { at, terms }: { readonly at: Date; readonly terms: Terms },
): string {
  const clock = `this ${terms.client}'s clock`;
  if (problem === 'not_yet_valid') {
    return `the broker's certificate is not valid yet by ${clock}, which says ${at.toISOString()}; set the clock or wait until it is synchronised`;
  }
  const code = systemErrorCode(error);
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return 'the broker closed the connection during the TLS handshake; is it TLS on this port, and does it ask for a client certificate?';
  }
  const words = problem === null ? error.message : describeTlsProblem(problem, error, terms);
  // Not the clock's reading alone: a device without a battery starts in 1970, and this is how it shows.
  const reading = problem === 'expired' ? ` (${clock} says ${at.toISOString()})` : '';
  return `TLS with the broker failed: ${words}${reading}`;
}

function describeTlsProblem(problem: TlsProblem, error: Error, { client, settings }: Terms): string {
  switch (problem) {
    case 'expired':
      return 'its certificate has expired';
    case 'self_signed':
      return `its certificate is self-signed; set ${settings.authority}`;
    case 'unknown_authority':
      return `its certificate is from an unknown authority; set ${settings.authority}`;
    case 'other_host':
      return `its certificate is for another host name; check ${settings.address}`;
    case 'no_tls':
      return `it does not speak TLS on this port; check ${settings.address}`;
    case 'own_certificate':
      return `it wants a certificate of this ${client} that it can trust; set ${settings.certificate}`;
    case 'not_yet_valid':
    case 'other':
      return error.message;
  }
}

export function describeUnreached({ during, afterMs }: TroubleOf<'unreached'>): DescribedTrouble {
  const seconds = afterMs / 1000;
  if (during === 'tls') {
    return {
      code: 'no_answer',
      message: `the broker accepts connections, but TLS was not agreed on in ${seconds} s`,
    };
  }
  const what =
    during === 'tcp' ? 'no answer' : 'no answer to the look-up of the host name; is there a DNS server?';
  return { code: 'unreachable', message: `cannot reach the broker: ${what} (${seconds} s)` };
}

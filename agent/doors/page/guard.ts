// Who may talk to the page at all: what another website makes a browser send is refused, whatever it is. A name that was
// bent to this address (DNS rebinding) shows in `Host`, a foreign page in `Origin`.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../../../lib/program/loopback.ts';
import type { Refusal } from './refusal.ts';

export interface Place {
  /** The address that is listened on. */
  readonly host: string;
  /** In lower case. */
  readonly hostName: string;
}

/** `null` where it may. */
export function refuseStranger(
  { headers, method = '' }: Pick<IncomingMessage, 'headers' | 'method'>,
  place: Place,
): Refusal | null {
  const { host = '', origin } = headers;
  if (!isOurName(host, place))
    return { status: 421, message: 'This address is not known here. Use the IP address.' };
  const isOurs = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  if (!isOurs) return { status: 403, message: 'Another page may not ask here.' };
  if (!['GET', 'HEAD', 'POST'].includes(method)) return { status: 405, message: 'Only GET is possible.' };
  return null;
}

/**
 * Nobody can bend an IP address, so any will do where the network may come in: it has been reached by it. On loopback, loopback
 * alone. With any port: it may be forwarded, as by `ssh -L`.
 */
function isOurName(header: string, { host, hostName }: Place): boolean {
  const name = nameIn(header);
  if (name === null) return false;
  if (name === host || isLoopback(name)) return true;
  if (isLoopback(host)) return false;
  return isIP(name) !== 0 || name === hostName || name === `${hostName}.local`;
}

/** Of `NAME`, `NAME:PORT` or `[ADDRESS]:PORT`, in lower case. */
function nameIn(header: string): string | null {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(header) ?? [];
  return (bracketed ?? plain)?.toLowerCase() ?? null;
}

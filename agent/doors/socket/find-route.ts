// From a request's method and path to what is asked for.
// Tested in test/agent/doors/socket/listener.test.ts.
import type { IncomingMessage } from 'node:http';
import { parsePath } from '../../../protocol/operations/route.ts';
import type { Offer } from '../../operations/offer.ts';
import type { ErrorAnswer } from './responses.ts';

export interface Found {
  readonly ok: true;
  readonly offer: Offer;
  /** The arguments that stand in the path. */
  readonly pathArgs: Readonly<Record<string, string>>;
  /** What follows the path, without its question mark. */
  readonly query: string;
}

/** What nothing is at, and methods that are not possible, are answered as HTTP has it. */
export function findRoute(
  offers: readonly Offer[],
  { method, url = '/' }: Pick<IncomingMessage, 'method' | 'url'>,
): Found | { readonly ok: false; readonly error: ErrorAnswer } {
  const [path = '/', query = ''] = url.split('?');
  const there = offers.flatMap((offer) => {
    const { args, askedBy } = offer.operation;
    if (askedBy.socket === null) return [];
    const pathArgs = parsePath(askedBy.socket, args, path);
    return pathArgs === null ? [] : [{ offer, pathArgs, method: askedBy.socket.method }];
  });
  const wanted = there.find((route) => route.method === method);
  if (wanted !== undefined) return { ok: true, offer: wanted.offer, pathArgs: wanted.pathArgs, query };
  if (there.length === 0)
    return { ok: false, error: { status: 404, code: 'not_found', message: `There is nothing at ${path}.` } };
  const allow = there.map((route) => route.method).join(', ');
  const message = `${method} is not possible at ${path}.`;
  return { ok: false, error: { status: 405, code: 'method_not_allowed', message, allow } };
}

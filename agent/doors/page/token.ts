// The token that opens a page which the network can reach. It is read at each use, so that a new one counts at once.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { readSecret } from '../../../lib/program/read-secret.ts';

/** Of a token that chance made nobody guesses so many; and a shorter one is no token. */
const MIN_LENGTH = 16;
const COOKIE = 'holdfast_session';
const ONE_DAY_SECONDS = 86_400;

export type Token =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly message: string };

/** What the file holds; where that is no token, nobody gets in. */
export function readToken(file: string): Token {
  const secret = readSecret(file);
  if (!secret.ok || secret.value.length >= MIN_LENGTH) return secret;
  return { ok: false, message: `the token in ${file} has fewer than ${MIN_LENGTH} characters` };
}

/** Whether a request brings the token (`Authorization: Bearer`), or the cookie that a login gave. */
export function isLoggedIn({ authorization = '', cookie = '' }: IncomingHttpHeaders, token: string): boolean {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (bearer !== undefined) return isSame(bearer, token);
  const [, session] = new RegExp(`(?:^|; *)${COOKIE}=([0-9a-f]+)`).exec(cookie) ?? [];
  return session !== undefined && isSame(session, sessionOf(token));
}

/** Takes as long whatever differs. */
export function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

/** For `Set-Cookie`. It does not hold the token, and is worth nothing once that has changed. */
export function sessionCookie(token: string): string {
  return `${COOKIE}=${sessionOf(token)}; Path=/; Max-Age=${ONE_DAY_SECONDS}; HttpOnly; SameSite=Strict`;
}

function sessionOf(token: string): string {
  return createHmac('sha256', token).update('holdfast page session').digest('hex');
}

function digest(text: string): Buffer {
  return createHmac('sha256', 'holdfast page').update(text).digest();
}

// The login form's way in. A wrong token costs its sender a second, and holds nobody else up.
// Tested in test/agent/doors/page/page.test.ts.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/time/clock.ts';
import { renderLogin } from './html/page.ts';
import { type Exchange, HTML, redirect, refuse, send } from './responses.ts';
import { isSame, sessionCookie } from './token.ts';

const MAX_FORM_BYTES = 4096;
const WRONG_TOKEN_MS = 1000;

export async function logIn(
  { request, response, signal }: Exchange,
  token: string,
  clock: Pick<Clock, 'sleep'>,
): Promise<void> {
  const form = await readForm(request);
  if (form === null) return refuse(response, { status: 413, message: 'The form is too long.' });
  if (isSame(form.get('token') ?? '', token)) {
    response.setHeader('Set-Cookie', sessionCookie(token));
    return redirect(response, '/');
  }
  await clock.sleep(WRONG_TOKEN_MS, signal);
  askToLogIn(response, 'That is not the token.');
}

export function askToLogIn(response: ServerResponse, problem: string | null): void {
  response.setHeader('WWW-Authenticate', 'Bearer');
  send(response, { type: HTML, status: 401, body: renderLogin(problem) });
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Its end ends no connection: there is an answer to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_FORM_BYTES) return null;
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

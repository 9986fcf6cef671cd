// Every answer of the page: with all that keeps a browser from doing more with it than to show it.
// Tested in test/agent/doors/page/page.test.ts.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SCRIPT } from './html/script.ts';
import { STYLE } from './html/style.ts';
import type { Refusal } from './refusal.ts';

const POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Not `no-referrer`, with which a browser sends the login form as of no origin.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // Nothing idles: what is open counts.
  Connection: 'close',
};

export const HTML = 'text/html; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';

const pack = promisify(gzip);

/** One request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the connection ends. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly type: string;
  readonly body: string;
  /** 200 unless told. */
  readonly status?: number;
}

export function send(response: ServerResponse, { type, body, status = 200 }: Answer): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...HEADERS, 'Content-Type': type, 'Content-Length': length });
  response.end(body);
}

/** Packed where the reader takes that: what a device with many deployments tells repeats itself. */
export async function sendPacked(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  answer: Answer,
): Promise<void> {
  if (!/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) return send(response, answer);
  const packed = await pack(answer.body);
  response.writeHead(200, {
    ...HEADERS,
    ...{ 'Content-Type': answer.type, 'Content-Encoding': 'gzip', 'Content-Length': packed.length },
  });
  response.end(packed);
}

export function refuse(response: ServerResponse, { status, message }: Refusal): void {
  send(response, { type: TEXT, status, body: `${message}\n` });
}

export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { ...HEADERS, Location: location, 'Content-Length': 0 });
  response.end();
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

// From what an operation came to, to an HTTP response.
// Tested in test/agent/doors/socket/listener.test.ts.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describeFaults } from '../../../protocol/faults.ts';
import type { LocalError } from '../../../protocol/operations/route.ts';
import { asSentence, wellFormedJson } from '../../../protocol/values/text.ts';
import type { Invalid, Outcome, Refused } from '../../operations/offer.ts';

export interface ErrorAnswer extends LocalError {
  readonly status: number;
  /** The methods that are possible, where this one is not. */
  readonly allow?: string;
}

/** All below 500: what is asked for cannot be had, and the agent is well. */
const STATUS_OF: Readonly<Record<Refused['kind'], number>> = { not_found: 404, refused: 409, failed: 409 };

export async function sendOutcome(
  response: ServerResponse,
  outcome: Outcome | Invalid,
  signal: AbortSignal,
): Promise<void> {
  switch (outcome.kind) {
    case 'done':
      return sendJson(response, 200, outcome.answer);
    case 'accepted':
      return sendJson(response, 202, outcome.answer);
    case 'stream':
      return sendStream(response, outcome.items, signal);
    case 'invalid':
      return sendError(response, {
        ...{ status: 400, code: 'invalid' },
        message: describeFaults(outcome.faults),
      });
    case 'not_found':
    case 'refused':
    case 'failed': {
      const { kind, code, message } = outcome;
      return sendError(response, { status: STATUS_OF[kind], code, message: asSentence(message) });
    }
  }
}

export function sendError(response: ServerResponse, { status, code, message, allow }: ErrorAnswer): void {
  if (allow !== undefined) response.setHeader('Allow', allow);
  const error: LocalError = { code, message };
  sendJson(response, status, error);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = lineOf(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...HEADERS,
  });
  response.end(text);
}

/** One line of JSON for each item, as it comes and no faster than it is read. It may be silent for as long as it likes. */
async function sendStream(
  response: ServerResponse,
  items: AsyncIterable<unknown>,
  signal: AbortSignal,
): Promise<void> {
  response.setTimeout(0);
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson; charset=utf-8', ...HEADERS });
  response.flushHeaders();
  for await (const item of items) {
    if (signal.aborted) return;
    if (!response.write(lineOf(item))) await once(response, 'drain', { signal });
  }
  response.end();
}

function lineOf(value: unknown): string {
  return `${wellFormedJson(value)}\n`;
}

const HEADERS = {
  'Cache-Control': 'no-store',
  // One request per connection: nothing idles, and an endless body ends with its answer.
  Connection: 'close',
};

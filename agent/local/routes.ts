// What the local API answers, whatever it is served on: the socket now, the status page's port later.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { LocalApi, LocalError } from '../ports/local-api.ts';

/** A document as large as a broker would carry (120 KiB), and some room. */
const MAX_BODY_BYTES = 128 * 1024;

type Method = 'GET';
type Handler = (api: LocalApi) => unknown;

/** Path → method → what makes the JSON answer. */
const ROUTES: ReadonlyMap<string, Readonly<Partial<Record<Method, Handler>>>> = new Map([
  ['/v1/status', { GET: (api) => api.status() }],
]);

/** Answers requests from `api`; `onFault` hears of what the caller of the API is only told as `internal`. */
export function createListener(api: LocalApi, onFault: (fault: unknown) => void): RequestListener {
  return (request, response) => {
    try {
      answer({ api, request, response });
    } catch (fault) {
      onFault(fault);
      sendError(response, 500, {
        code: 'internal',
        message: 'The agent failed to answer; its log says why.',
      });
    }
  };
}

function answer(call: { api: LocalApi; request: IncomingMessage; response: ServerResponse }): void {
  const { request, response } = call;
  const [path = '/'] = (request.url ?? '/').split('?');
  const route = ROUTES.get(path);
  if (route === undefined) {
    sendError(response, 404, { code: 'not_found', message: `There is nothing at ${path}.` });
    return;
  }
  const handler = request.method === 'GET' ? route.GET : undefined;
  if (handler === undefined) {
    response.setHeader('Allow', Object.keys(route).join(', '));
    const message = `${request.method} is not possible at ${path}.`;
    sendError(response, 405, { code: 'method_not_allowed', message });
    return;
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    sendError(response, 413, {
      code: 'too_large',
      message: `A request has at most ${MAX_BODY_BYTES} bytes.`,
    });
    return;
  }
  sendJson(response, 200, handler(call.api));
}

function sendError(response: ServerResponse, status: number, error: LocalError): void {
  sendJson(response, status, error);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    // One request per connection: nothing idles, and an endless body ends with its answer.
    Connection: 'close',
  });
  response.end(text);
}

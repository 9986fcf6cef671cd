// What the local API answers, whatever it is served on: the socket now, the status page's port later.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { wellFormedJson } from '../../../protocol/values/text.ts';
import type { LocalApi, LocalError } from '../../ports/local-api.ts';

/** A document as large as a broker would carry (120 KiB), and some room. */
const MAX_BODY_BYTES = 128 * 1024;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Route {
  readonly method: 'GET' | 'POST';
  /** The whole path; what it captures is handed to the handler. */
  readonly path: RegExp;
  readonly answer: (api: LocalApi, captured: string) => Answer;
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/v1\/status$/, answer: (api) => ({ status: 200, body: api.status() }) },
  { method: 'POST', path: /^\/v1\/deployments\/([a-z0-9_-]{1,63})\/retry$/, answer: retry },
];

function retry(api: LocalApi, deployment: string): Answer {
  if (api.retry(deployment)) return { status: 202, body: { deployment } };
  const error: LocalError = {
    code: 'no_such_deployment',
    message: `There is no deployment "${deployment}".`,
  };
  return { status: 404, body: error };
}

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
  const routes = ROUTES.filter((route) => route.path.test(path));
  if (routes.length === 0) {
    sendError(response, 404, { code: 'not_found', message: `There is nothing at ${path}.` });
    return;
  }
  const route = routes.find(({ method }) => method === request.method);
  if (route === undefined) {
    response.setHeader('Allow', routes.map(({ method }) => method).join(', '));
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
  const [, captured = ''] = route.path.exec(path) ?? [];
  const { status, body } = route.answer(call.api, captured);
  sendJson(response, status, body);
}

function sendError(response: ServerResponse, status: number, error: LocalError): void {
  sendJson(response, status, error);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = `${wellFormedJson(body)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    // One request per connection: nothing idles, and an endless body ends with its answer.
    Connection: 'close',
  });
  response.end(text);
}

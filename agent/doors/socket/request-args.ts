// The arguments of a request: of its path, and the others from its query or its body.
// Tested in test/agent/doors/socket/listener.test.ts.
import type { IncomingMessage } from 'node:http';
import { pathKeys } from '../../../protocol/operations/route.ts';
import { parseJsonPayload } from '../../../protocol/payload.ts';
import { asSentence } from '../../../protocol/values/text.ts';
import type { Found } from './find-route.ts';
import type { ErrorAnswer } from './responses.ts';

/** A document as large as a broker would carry (120 KiB), and some room. */
const MAX_BODY_BYTES = 128 * 1024;

type Args =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: ErrorAnswer };

const TOO_LARGE: Args = {
  ok: false,
  error: { status: 413, code: 'too_large', message: `A request has at most ${MAX_BODY_BYTES} bytes.` },
};

/** What the path says counts. A body is read only where an operation has arguments for it. */
export async function readArgs(request: IncomingMessage, { offer, pathArgs, query }: Found): Promise<Args> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return TOO_LARGE;
  const { args, askedBy } = offer.operation;
  const { socket } = askedBy;
  const isAllInPath = socket === null || Object.keys(args).length === pathKeys(socket).length;
  if (isAllInPath) return { ok: true, value: pathArgs };
  if (request.method === 'GET')
    return { ok: true, value: { ...Object.fromEntries(new URLSearchParams(query)), ...pathArgs } };
  const body = await readBody(request);
  return body.ok ? { ok: true, value: { ...body.value, ...pathArgs } } : body;
}

/** A JSON object; with no body, an empty one. */
async function readBody(request: IncomingMessage): Promise<Args> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Its end ends no connection: there is an answer to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return TOO_LARGE;
  }
  if (bytes === 0) return { ok: true, value: {} };
  const json = parseJsonPayload(Buffer.concat(chunks), MAX_BODY_BYTES);
  if (!json.ok) return refuse(json.code, json.message);
  const { value } = json;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('invalid', 'expected an object');
  return { ok: true, value: Object.fromEntries(Object.entries(value)) };
}

function refuse(code: string, message: string): Args {
  return { ok: false, error: { status: 400, code, message: asSentence(`the body: ${message}`) } };
}

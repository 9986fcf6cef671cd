// One exchange with a registry, and its failures by code.
// Tested in test/lib/oci/repository.test.ts.
import type { Readable } from 'node:stream';
import { describeSystemError, messageOf } from '../failures/system-error.ts';
import { type Chunks, collect } from './content.ts';
import { OciError, type OciErrorCode } from './oci-error.ts';

/** Of a refusal's text: it is for people. */
const MAX_REFUSAL_BYTES = 64 * 1024;
const MAX_REFUSAL_LENGTH = 300;

const CODES: Readonly<Record<number, OciErrorCode>> = {
  401: 'registry_auth',
  403: 'registry_auth',
  404: 'not_found',
  429: 'registry_rate_limited',
};

export interface Exchange {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** Opened anew for each try. */
  readonly body?: () => Readable;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves with any answer. Rejects with the signal's reason when that aborts, with what the body fails with. */
export async function exchange(
  url: URL,
  { method = 'GET', headers = {}, body, signal }: Exchange,
): Promise<Response> {
  const stream = body?.();
  let broken: unknown;
  stream?.on('error', (error) => {
    broken = error;
  });
  try {
    const sent = stream === undefined ? {} : { body: stream, duplex: 'half' as const };
    return await fetch(url, { method, headers, ...sent, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw broken ?? unreachable(url, error);
  } finally {
    stream?.destroy();
  }
}

/** The bytes of an answer; throws where the connection breaks off. */
export async function* bodyOf(response: Response, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body ?? [];
  } catch (error) {
    signal?.throwIfAborted();
    throw unreachable(new URL(response.url), error);
  }
}

/** Throws by the answer's status when it is not the one that is expected; `doing` begins the message. */
export async function expectStatus(response: Response, status: number, doing: string): Promise<void> {
  if (response.status === status) return;
  const text = await refusalIn(bodyOf(response));
  const message = `${doing}${text === '' ? '' : ` (${text})`}: HTTP ${response.status}`;
  throw new OciError(CODES[response.status] ?? 'registry_refused', message, { status: response.status });
}

async function refusalIn(chunks: Chunks): Promise<string> {
  const data = await collect(chunks, MAX_REFUSAL_BYTES).catch(() => Buffer.alloc(0));
  return data.toString('utf8').trim().slice(0, MAX_REFUSAL_LENGTH);
}

function unreachable(url: URL, error: unknown): OciError {
  // fetch says only that it failed, and why in the cause.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const why = cause instanceof Error ? describeSystemError(cause) : messageOf(cause);
  return new OciError('registry_unreachable', `${url.host}: ${why}`, { cause: error });
}

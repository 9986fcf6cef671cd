// Asks the running agent, over its socket.
import { request } from '../lib/http-module.ts';

export type LocalAnswer =
  | { readonly kind: 'answer'; readonly body: unknown }
  /** The agent answered that it cannot do that. */
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string }
  | { readonly kind: 'unreachable'; readonly message: string; readonly hint: string };

const TIMEOUT_MS = 5000;
/** Far more than any device's status; whatever sends more is no agent. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const SERVICE_HINT = 'Is the service running? See: systemctl status holdfast';

/** One request. An agent that cannot be reached, or answers with an error, is an outcome, not a throw. */
export async function askAgent(
  socketPath: string,
  path: string,
  method: 'GET' | 'POST' = 'GET',
): Promise<LocalAnswer> {
  try {
    const { status, text } = await send(socketPath, path, method);
    const body: unknown = JSON.parse(text);
    if (status < 300) return { kind: 'answer', body };
    return {
      kind: 'refused',
      message: `The agent answered ${status}: ${messageIn(body)}`,
      hint: SERVICE_HINT,
    };
  } catch (error) {
    return { kind: 'unreachable', ...explainConnectError(socketPath, error) };
  }
}

function messageIn(body: unknown): string {
  const hasMessage = typeof body === 'object' && body !== null && 'message' in body;
  return hasMessage ? String(body.message) : JSON.stringify(body);
}

function send(socketPath: string, path: string, method: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = request({ socketPath, path, method, agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_ANSWER_BYTES) response.destroy(new Error('the answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** What a failed request means to the technician. */
export function explainConnectError(socketPath: string, error: unknown): { message: string; hint: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return { message: `No agent answers: there is no socket at ${socketPath}.`, hint: SERVICE_HINT };
    case 'ECONNREFUSED':
      return {
        message: `No agent answers at ${socketPath}; one has left its socket there.`,
        hint: SERVICE_HINT,
      };
    case 'EACCES':
      return {
        message: `You may not use the agent's socket, ${socketPath}.`,
        hint: 'Use sudo, or join its group and log in again: sudo usermod -aG holdfast "$USER"',
      };
    case 'ABORT_ERR':
      return { message: `The agent at ${socketPath} gave no answer in 5s.`, hint: SERVICE_HINT };
    default: {
      const detail = error instanceof Error ? error.message : String(error);
      return { message: `No agent answers at ${socketPath}: ${detail}.`, hint: SERVICE_HINT };
    }
  }
}

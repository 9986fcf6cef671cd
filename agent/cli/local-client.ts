// Asks the running agent, over its socket.
// Tested in test/agent/cli/run.test.ts.

import { describeSystemError, systemErrorCode } from '../../lib/failures/system-error.ts';
import { CommandFailure } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { request as sendRequest } from '../../lib/program/http-module.ts';
import { signalAfter } from '../../lib/time/timer.ts';
import type { LocalRequest } from '../../protocol/operations/route.ts';

const TIMEOUT_MS = 5000;
/** Far more than any device's status; whatever sends more is no agent. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const FROZEN_HINT =
  'It may be frozen, or the device too busy. As a service it is started anew after a minute; see: systemctl status holdfast';
const SERVICE_HINT = 'Is the service running? See: systemctl status holdfast';

/** Where an agent is asked, and until when. */
export interface Asking {
  readonly socketPath: string;
  /** Aborts when the user ends the command. */
  readonly signal: AbortSignal;
  /** How long its answer is waited for; default: 5 s. */
  readonly timeoutMs?: number | undefined;
}

/** One request, and the body of its answer. Throws `CommandFailure` where there is no agent, or where it cannot do that. */
export async function askAgent(asking: Asking, question: LocalRequest): Promise<unknown> {
  const { status, body } = await request(asking, question);
  if (status < 300) return body;
  throw refusal(status, body);
}

/** What the agent says it cannot do. */
export function refusal(status: number, body: unknown): CommandFailure {
  const { code, message } = readError(body, status);
  // What was asked for is not there, or the agent itself failed.
  if (status < 500) return new CommandFailure({ code, exitCode: EXIT.badNews, message });
  return new CommandFailure({
    ...{ code, exitCode: EXIT.unreachable, message },
    hint: 'See: journalctl -u holdfast',
  });
}

async function request(asking: Asking, question: LocalRequest): Promise<{ status: number; body: unknown }> {
  const { socketPath, signal, timeoutMs = TIMEOUT_MS } = asking;
  try {
    const { status, text } = await send(socketPath, question, signalAfter(timeoutMs, signal));
    return { status, body: JSON.parse(text) };
  } catch (cause) {
    if (signal.aborted)
      throw new CommandFailure({ code: 'interrupted', exitCode: EXIT.interrupted, message: 'Interrupted.' });
    const why = isTimeout(cause) ? frozen(socketPath, timeoutMs) : explainConnectError(socketPath, cause);
    throw new CommandFailure({ code: 'agent_unreachable', exitCode: EXIT.unreachable, cause, ...why });
  }
}

/** `LocalError`, as the agent answers it. */
function readError(body: unknown, status: number): { code: string; message: string } {
  const isError = typeof body === 'object' && body !== null && 'message' in body && 'code' in body;
  if (!isError) return { code: 'internal', message: `The agent answered ${status}: ${JSON.stringify(body)}` };
  return { code: String(body.code), message: String(body.message) };
}

function send(
  socketPath: string,
  { path, method, body }: LocalRequest,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = sendRequest({ socketPath, path, method, agent: false, signal }, (response) => {
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
    sent.end(body);
  });
}

function isTimeout(error: unknown): boolean {
  return systemErrorCode(error) === 'ABORT_ERR';
}

function frozen(socketPath: string, timeoutMs: number): { message: string; hint: string } {
  return { message: `The agent at ${socketPath} gave no answer in ${timeoutMs / 1000}s.`, hint: FROZEN_HINT };
}

/** What a failed request means to the technician. */
export function explainConnectError(socketPath: string, error: unknown): { message: string; hint: string } {
  switch (systemErrorCode(error)) {
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
    case 'ECONNRESET':
    case 'EPIPE':
      return {
        message: `The agent at ${socketPath} closed the connection with no answer.`,
        hint: 'It may be ending, or too many ask it at once: ask again.',
      };
    default:
      return {
        message: `No agent answers at ${socketPath}: ${describeSystemError(error)}.`,
        hint: SERVICE_HINT,
      };
  }
}

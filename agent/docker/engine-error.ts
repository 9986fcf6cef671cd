// Engine errors as dockerode throws them: answers of the engine told apart from its absence, and from faults of ours.

import { describeSystemError, messageOf, systemErrorCode } from '../../lib/failures/system-error.ts';
import { cutText } from '../../protocol/values/text.ts';
import { EngineUnavailable } from '../ports/engine.ts';

/** An answer of the engine with an HTTP status of 400 or more. */
export interface EngineAnswer {
  readonly status: number;
  readonly message: string;
}

/** The engine hands on what others say to it, of any length; a status has to carry it. */
export const MAX_MESSAGE = 1000;

/** The engine's answer inside an error, or `null` when the engine did not answer at all. */
export function answerIn(error: unknown): EngineAnswer | null {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return null;
  const body = 'json' in error ? error.json : null;
  const hasMessage = typeof body === 'object' && body !== null && 'message' in body;
  // Where the body was a stream dockerode leaves only its own sentence, with the engine's inside.
  const message = hasMessage ? String(body.message) : error.message.replace(/^\(HTTP code \d+\) [^-]*- /, '');
  return { status: error.statusCode, message: cutText(withoutPasswords(message.trim()), MAX_MESSAGE) };
}

/** The engine quotes the options of a mount that failed, and those of a share hold its password, which may have a colon. */
function withoutPasswords(message: string): string {
  return message.replace(/\b(pass(?:word2?)?)=[^,]+?(?=,|: [^:,]*$|$)/g, '$1=…');
}

/** The error to throw when the engine did not answer, or when nothing can be decided on what it answered. */
export function unavailable(error: unknown): EngineUnavailable {
  // Told already by a call further in: told twice it would only read worse.
  if (error instanceof EngineUnavailable) return error;
  const answer = answerIn(error);
  if (answer !== null) {
    const { status, message } = answer;
    return new EngineUnavailable(`the container engine answers with an error (HTTP ${status}): ${message}`, {
      cause: error,
      hint: 'its own log may tell more: journalctl -u docker',
    });
  }
  if (systemErrorCode(error)?.startsWith('HPE_') === true) {
    const message = `what answers at the engine's socket is no Docker Engine: ${messageOf(error)}`;
    return new EngineUnavailable(message, {
      cause: error,
      hint: 'set [engine] socket to that of a Docker Engine',
    });
  }
  if (!isSilence(error)) {
    return new EngineUnavailable(`the container engine's answer cannot be read: ${messageOf(error)}`, {
      cause: error,
      hint: 'is [engine] socket that of a Docker Engine?',
    });
  }
  return new EngineUnavailable(
    `the container engine cannot be reached${socketIn(error)}: ${describeSystemError(error)}`,
    {
      cause: error,
      hint: HINTS[systemErrorCode(error) ?? ''] ?? 'is the Docker Engine running? systemctl status docker',
    },
  );
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'the agent may not open the engine\'s socket: its user belongs in the group "docker"',
  ENOENT: 'there is no socket at [engine] socket: is the Docker Engine installed and running?',
};

/**
 * Whether a call ended with no answer: the socket refused it or broke, or its time was over. A `RangeError` of a
 * timer, say, is a fault of ours and no silence of the engine: its code is one of Node's own (`ERR_…`).
 */
export function isSilence(error: unknown): boolean {
  const code = systemErrorCode(error) ?? '';
  if (code === 'ABORT_ERR' || code === 'ERR_STREAM_PREMATURE_CLOSE') return true;
  // `HPE_…`: what answers does not speak HTTP.
  return /^(?:E[A-Z0-9]+|HPE_[A-Z_]+)$/.test(code);
}

/** Node names the socket that it could not connect to. */
function socketIn(error: unknown): string {
  return error instanceof Error && 'address' in error ? ` at ${String(error.address)}` : '';
}

/** Runs a call; `null` instead of an error with this status (such as 404 for what is not there). */
export async function unlessStatus<T>(status: number, call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (answerIn(error)?.status === status) return null;
    throw error;
  }
}

/** `null` instead of any error that the engine answers with: what cannot be read is not known. */
export async function unlessAnswered<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (answerIn(error) === null) throw error;
    return null;
  }
}

// Engine errors as dockerode throws them: answers of the engine told apart from its absence.
import { EngineUnavailable } from '../ports/engine.ts';
import type { StepOutcome } from '../reconcile/steps.ts';

/** An answer of the engine with an HTTP status of 400 or more. */
export interface EngineAnswer {
  readonly status: number;
  readonly message: string;
}

/** The engine hands on what others say to it, of any length; a status has to carry it. */
const MAX_MESSAGE = 1000;

/** The engine's answer inside an error, or `null` when the engine did not answer at all. */
export function answerIn(error: unknown): EngineAnswer | null {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return null;
  const body = 'json' in error ? error.json : null;
  const hasMessage = typeof body === 'object' && body !== null && 'message' in body;
  // Where the body was a stream dockerode leaves only its own sentence, with the engine's inside.
  const message = hasMessage ? String(body.message) : error.message.replace(/^\(HTTP code \d+\) [^-]*- /, '');
  return { status: error.statusCode, message: message.trim().slice(0, MAX_MESSAGE) };
}

/** The error to throw when the engine did not answer. */
export function unavailable(error: unknown): EngineUnavailable {
  // Told already by a call further in: told twice it would only read worse.
  if (error instanceof EngineUnavailable) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  return new EngineUnavailable(`the container engine cannot be reached: ${message}`, {
    cause: error,
    hint: HINTS[code] ?? 'is the Docker Engine running? systemctl status docker',
  });
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'the agent may not open the engine\'s socket: its user belongs in the group "docker"',
  ENOENT: 'there is no socket at [engine] socket: is the Docker Engine installed and running?',
};

/** Runs a call; `null` instead of an error with this status (such as 404 for what is not there). */
export async function unlessStatus<T>(status: number, call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    const answer = answerIn(error);
    if (answer === null) throw unavailable(error);
    if (answer.status === status) return null;
    throw error;
  }
}

/** A failed call as a step's outcome: a stable code, the engine's words, and what an operator can do. */
export function toOutcome(error: unknown): StepOutcome & { ok: false } {
  const answer = answerIn(error);
  if (answer === null) throw unavailable(error);
  const { code, hint } = classify(answer);
  return { ok: false, code, message: answer.message, ...(hint === undefined ? {} : { hint }) };
}

function classify({ status, message }: EngineAnswer): { code: string; hint?: string } {
  if (/port is already allocated|address already in use/.test(message)) {
    return {
      code: 'port_taken',
      hint: 'another program or container has this host port: free it or publish another',
    };
  }
  if (/no space left on device|disk quota exceeded/.test(message)) {
    return { code: 'no_space', hint: 'free disk space on the device; the next try comes by itself' };
  }
  if (/gathering device information|could not select device driver/.test(message)) {
    return {
      code: 'device_missing',
      hint: 'plug it in or install its driver; or leave it out of the service',
    };
  }
  if (/bind source path does not exist/.test(message)) {
    return { code: 'path_missing', hint: 'make that path on the device, or say bind.create_host_path' };
  }
  if (/has active endpoints/.test(message)) {
    return {
      code: 'network_in_use',
      hint: 'a container that Holdfast did not make is in it; docker network inspect tells which',
    };
  }
  if (/no such image/i.test(message)) return { code: 'image_missing' };
  if (/executable file not found|no such file or directory.*exec|exec format error/.test(message)) {
    return { code: 'command_not_found', hint: 'the command or entrypoint is not in the image' };
  }
  if (status === 409) return { code: 'conflict' };
  if (status === 400) return { code: 'refused_by_engine' };
  return { code: 'engine_error' };
}

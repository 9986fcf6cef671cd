// Asks the running agent for what comes bit by bit: one JSON value a line, for as long as it is read.
// Tested in test/agent/cli/stream-verb.test.ts.
import type { IncomingMessage } from 'node:http';
import { describeSystemError } from '../../lib/failures/system-error.ts';
import { CommandFailure } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { request as sendRequest } from '../../lib/program/http-module.ts';
import { setTimer } from '../../lib/time/timer.ts';
import type { LocalRequest } from '../../protocol/operations/route.ts';
import { explainConnectError, refusal } from './local-client.ts';

const FIRST_ANSWER_MS = 5000;
/** No item is so long; whatever sends more is no agent. */
const MAX_LINE_CHARACTERS = 1024 * 1024;

interface Stream {
  readonly socketPath: string;
  readonly question: LocalRequest;
  /** Ends the stream, which is no failure then. */
  readonly signal: AbortSignal;
}

/**
 * The items as they come, no faster than they are taken. Throws `CommandFailure` where there is no agent, where it cannot do
 * that, and where it goes away in the middle.
 */
export async function* streamFromAgent(stream: Stream): AsyncGenerator<unknown> {
  const { socketPath, signal } = stream;
  try {
    const response = await begin(stream);
    for await (const line of linesIn(response)) yield parseLine(line, socketPath);
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof CommandFailure ? error : gone(socketPath, error);
  }
}

/** The head of the answer. It may be silent from there on. */
async function begin({ socketPath, question, signal }: Stream): Promise<IncomingMessage> {
  const late = new AbortController();
  const cancel = setTimer(() => late.abort(), FIRST_ANSWER_MS);
  try {
    const response = await send({ socketPath, question, signal: AbortSignal.any([signal, late.signal]) });
    const { statusCode = 0 } = response;
    if (statusCode < 300) return response;
    const lines: string[] = [];
    for await (const line of linesIn(response)) lines.push(line);
    throw refusal(statusCode, parseLine(lines.join('\n'), socketPath));
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const why = explainConnectError(socketPath, error);
    throw new CommandFailure({ code: 'agent_unreachable', exitCode: EXIT.unreachable, ...why });
  } finally {
    cancel();
  }
}

function send({ socketPath, question, signal }: Stream): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { path, method, body } = question;
    const sent = sendRequest({ socketPath, path, method, agent: false, signal }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

async function* linesIn(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) throw new Error('the answer is too long');
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function parseLine(line: string, socketPath: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw gone(socketPath, error);
  }
}

function gone(socketPath: string, error: unknown): CommandFailure {
  return new CommandFailure({
    ...{ code: 'agent_gone', exitCode: EXIT.unreachable },
    message: `The agent at ${socketPath} went away in the middle: ${describeSystemError(error)}.`,
    hint: 'Was the service stopped? See: systemctl status holdfast',
  });
}

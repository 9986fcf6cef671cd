// One question to one device: the command goes out, and its reply comes back, perhaps in parts.
// Tested in test/fleet/ctl/commands/ask.test.ts.
import { randomUUID } from 'node:crypto';
import { CommandFailure } from '../../../lib/program/command-failure.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';
import { COMMAND_SCHEMA, type Command, type Reply } from '../../../protocol/operations/command.ts';
import { formatTopic } from '../../../protocol/topics.ts';
import { parseDurationMs } from '../../../protocol/values/duration.ts';
import type { Broker } from '../broker/broker.ts';
import { GatheredReply } from './gathered-reply.ts';

export interface Question {
  readonly prefix: string;
  readonly device: string;
  readonly verb: string;
  readonly args: Command['args'];
  /** From the moment when the broker has the command. */
  readonly timeoutMs: number;
}

/**
 * Resolves with the whole reply of one that succeeded or was accepted. Throws `CommandFailure` where the device refuses or
 * fails, says nothing in time, or the connection breaks.
 */
export async function askDevice(broker: Broker, question: Question): Promise<Reply> {
  const { prefix, device, verb, args, timeoutMs } = question;
  const id = randomUUID();
  const topic = formatTopic(prefix, { kind: 'reply', device, id });
  const gathered = new GatheredReply(id);
  const stop = broker.onMessage((message) => {
    if (message.topic === topic) gathered.accept(message.payload);
  });
  try {
    await broker.subscribe([topic]);
    const command = { schema: COMMAND_SCHEMA, id, verb, args };
    await broker.publish(formatTopic(prefix, { kind: 'command', device, id }), JSON.stringify(command));
    const reply = await waitFor(gathered, { broker, timeoutMs });
    await broker.unsubscribe([topic]);
    if (reply === null) throw silent(question);
    return expectGood(reply, question);
  } finally {
    stop();
  }
}

async function waitFor(
  gathered: GatheredReply,
  { broker, timeoutMs }: { readonly broker: Broker; readonly timeoutMs: number },
): Promise<Reply | null> {
  const arrived = new AbortController();
  const whole = gathered.whole.then((reply) => {
    arrived.abort();
    return reply;
  });
  const reply = await Promise.race([whole, broker.pause(timeoutMs, arrived.signal).then(() => null)]);
  return reply;
}

function expectGood(reply: Reply, { device, verb }: Question): Reply {
  const { status, code = 'failed', message } = reply;
  if (status === 'succeeded' || status === 'accepted') return reply;
  const told = message === undefined ? '' : `: ${message}`;
  throw new CommandFailure({
    code,
    exitCode: EXIT.badNews,
    message: `${device} ${status === 'refused' ? 'refuses' : 'failed'} to ${verb}${told}`,
    hint: HINTS[code],
  });
}

const HINTS: Readonly<Record<string, string>> = {
  unsupported: 'its agent is older than this command; holdfastctl status --json tells its version',
  busy: 'ask again in a minute',
};

function silent({ device, verb, timeoutMs }: Question): CommandFailure {
  return new CommandFailure({
    code: 'no_reply',
    exitCode: EXIT.timedOut,
    message: `${device} did not answer "${verb}" in ${timeoutMs / 1000} s; it may still carry it out`,
    hint: 'a longer --timeout for a slow line; is this user allowed to write commands/+ and to read replies/+?',
  });
}

/** `null` where it is no duration from 1s to 10m. */
export function parseAskTimeout(text: string): number | null {
  const ms = parseDurationMs(text);
  return ms === null || ms < 1000 || ms > 600_000 ? null : ms;
}

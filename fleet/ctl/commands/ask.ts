// `holdfastctl why|check|logs|events|restart|retry|pause|resume|switch|report DEVICE …`: a question to one device over the broker, by the
// same table of operations as at the device.
import * as v from 'valibot';
import { CommandFailure, UsageError } from '../../../lib/program/command-failure.ts';
import { EXIT, type ExitCode } from '../../../lib/program/exit-codes.ts';
import { wantsColour } from '../../../lib/render/colour.ts';
import type { Reply } from '../../../protocol/operations/command.ts';
import type { Operation } from '../../../protocol/operations/operation.ts';
import { readTypedArguments, type TypedArguments } from '../../../protocol/operations/typed.ts';
import { printableJson } from '../../../protocol/values/text.ts';
import { type AskView, describeBegun, type Row } from '../ask/answers.ts';
import { askDevice, parseAskTimeout } from '../ask/ask-device.ts';
import { expectOnline, readDevice } from '../ask/find-device.ts';
import { type Context, writeJson, writeNote } from '../context/context.ts';
import { commonSchema, openBroker, readPrefix } from './options.ts';

export const askSchema = v.object({ ...commonSchema.entries, timeout: v.optional(v.string(), '30s') });
type AskOptions = v.InferOutput<typeof askSchema>;

export interface Asked {
  readonly row: Row;
  /** As typed. */
  readonly device: string;
  readonly typed: TypedArguments;
  /** Arguments that are not typed as such: the document that a file holds. */
  readonly given?: Readonly<Record<string, unknown>>;
}

/** Asks, and prints the answer as `holdfast` at the device would. */
export async function ask(asked: Asked, options: AskOptions, context: Context): Promise<ExitCode> {
  const { row, given = {} } = asked;
  const device = readDevice(asked.device);
  const prefix = readPrefix(options, context);
  const timeoutMs = readAskTimeout(options.timeout);
  const read = readTypedArguments(withoutArguments(row.operation, given), asked.typed);
  if (!read.ok) throw new UsageError(read.complaint);
  const broker = await openBroker(options, context);
  try {
    await expectOnline(broker, prefix, device);
    const question = {
      prefix,
      device,
      verb: row.operation.name,
      args: { ...given, ...read.args },
      timeoutMs,
    };
    return show(row, await askDevice(broker, question), { device, isJson: options.json, context });
  } finally {
    await broker.close();
  }
}

function withoutArguments(operation: Operation, given: Readonly<Record<string, unknown>>): Operation {
  const args = Object.entries(operation.args).filter(([key]) => !Object.hasOwn(given, key));
  return { ...operation, args: Object.fromEntries(args) };
}

interface Showing {
  readonly device: string;
  readonly isJson: boolean;
  readonly context: Context;
}

function show(row: Row, reply: Reply, showing: Showing): ExitCode {
  const isGood = row.operation.isStream ? showItems(row, reply, showing) : showWhole(row, reply, showing);
  // What the agent says beside an answer: it is cut, too large, or lost.
  if (reply.message !== undefined) writeNote(showing.context, reply.message);
  return isGood && reply.code === undefined ? EXIT.good : EXIT.badNews;
}

function showWhole(row: Row, { status, answer, code }: Reply, { device, isJson, context }: Showing): boolean {
  const { operation, text, isGood } = row;
  if (text === undefined || status === 'accepted') {
    if (isJson) writeJson(context.stdout, { device, status, ...(answer == null ? {} : { answer }) });
    else context.stdout.write(describeBegun(row, viewOf(device, context)));
    return true;
  }
  // It was too large, or lost: `show` tells which.
  if (answer === undefined && code !== undefined) return false;
  const read = v.safeParse(operation.answer, answer);
  if (!read.success) throw otherVersion(device, read.issues);
  if (isJson) writeJson(context.stdout, answer);
  else context.stdout.write(text(read.output, viewOf(device, context)));
  return isGood?.(read.output) ?? true;
}

/** An item that cannot be read is counted and passed over: it may be of a newer agent. */
function showItems(
  { operation, text }: Row,
  { answer }: Reply,
  { device, isJson, context }: Showing,
): boolean {
  let unreadable = 0;
  for (const item of Array.isArray(answer) ? answer : []) {
    const read = v.safeParse(operation.answer, item);
    if (!read.success) unreadable += 1;
    else if (isJson) context.stdout.write(`${printableJson(item)}\n`);
    else context.stdout.write(text?.(read.output, viewOf(device, context)) ?? '');
  }
  if (unreadable > 0) writeNote(context, `${unreadable} items are not of the form that this command knows`);
  return true;
}

function viewOf(device: string, { now, stdout, environment }: Context): AskView {
  const hasColour = stdout.isTerminal && wantsColour(environment);
  return { device, now: now(), columns: stdout.columns, hasColour };
}

function otherVersion(device: string, issues: readonly v.BaseIssue<unknown>[]): CommandFailure {
  const at = issues[0] === undefined ? '' : ` (${v.getDotPath(issues[0])}: ${issues[0].message})`;
  return new CommandFailure({
    code: 'other_version',
    exitCode: EXIT.badNews,
    message: `the answer of ${device} is not what this command understands${at}`,
    hint: 'agent and command differ in version; --json of holdfastctl status tells the agent’s',
  });
}

function readAskTimeout(text: string): number {
  const ms = parseAskTimeout(text);
  if (ms === null)
    throw new UsageError(`--timeout "${text}" is no duration from 1s to 10m`, 'write it as 30s or 2m');
  return ms;
}

// What is typed behind a verb, by the table of its operation's arguments.
// Tested in test/agent/cli/operation-verb.test.ts.
import * as v from 'valibot';
import { UsageError } from '../../lib/program/command-failure.ts';
import {
  type ArgsOf,
  type Argument,
  type Operation,
  parseArguments,
} from '../../protocol/operations/operation.ts';
import type { Option, Typed, Verb } from './verb.ts';

export function describeArguments({ args }: Operation): Pick<Verb, 'positionals' | 'options'> {
  const positionals: string[] = [];
  const options: Option[] = [];
  for (const [name, { schema, option, placeholder, short, isFlag }] of Object.entries(args)) {
    if (option === undefined) positionals.push(v.is(schema, undefined) ? `[${placeholder}]` : placeholder);
    else options.push({ name, summary: option, short, value: isFlag ? undefined : placeholder });
  }
  return { positionals, options };
}

/** Throws `UsageError` for the first that is wrong, in words for whoever typed it. */
export function readArguments<O extends Operation>(
  operation: O,
  { positionals, values, flags }: Typed,
): ArgsOf<O> {
  const behind = Object.entries(operation.args).filter(([, { option }]) => option === undefined);
  const last = behind.at(-1);
  if (last !== undefined && positionals.length > behind.length) throw nameOne(last[1]);
  const set = Object.entries(operation.args).filter(([key, { isFlag }]) => isFlag === true && flags.has(key));
  const typed: Record<string, string | undefined | true> = {
    ...values,
    ...Object.fromEntries(set.map(([key]) => [key, true])),
    ...Object.fromEntries(behind.map(([key], index) => [key, positionals[index]])),
  };
  const parsed = parseArguments(operation, typed);
  if (parsed.ok) return parsed.value;
  const [key, argument] =
    Object.entries(operation.args).find(([name]) => name === parsed.faults[0]?.path) ?? [];
  if (key === undefined || argument === undefined) throw new Error('a fault has an argument as its path');
  throw complain(key, argument, typed[key]);
}

function complain(key: string, argument: Argument, text: string | true | undefined): UsageError {
  if (argument.option !== undefined) return new UsageError(`--${key}: ${argument.expected}.`);
  return text === undefined ? nameOne(argument) : new UsageError(`"${text}" is no ${argument.called}.`);
}

function nameOne({ placeholder }: Argument): UsageError {
  return new UsageError(`Name one ${placeholder.toLowerCase()}.`);
}

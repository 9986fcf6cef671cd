// What is typed behind a verb, by the table of its operation's arguments.
// Tested in test/agent/cli/operation-verb.test.ts.
import * as v from 'valibot';
import { UsageError } from '../../lib/program/command-failure.ts';
import type { ArgsOf, Operation } from '../../protocol/operations/operation.ts';
import { readTypedArguments } from '../../protocol/operations/typed.ts';
import type { Option, Typed, Verb } from './verb.ts';

export function describeArguments({ args }: Operation): Pick<Verb, 'positionals' | 'options'> {
  const positionals: string[] = [];
  const options: Option[] = [];
  for (const [name, { schema, option, placeholder, short, isFlag }] of Object.entries(args)) {
    const isNeeded = !v.is(schema, undefined);
    if (option === undefined) positionals.push(isNeeded ? placeholder : `[${placeholder}]`);
    else options.push({ name, summary: option, short, isNeeded, value: isFlag ? undefined : placeholder });
  }
  return { positionals, options };
}

/** Throws `UsageError` for the first that is wrong, in words for whoever typed it. */
export function readArguments<O extends Operation>(
  operation: O,
  { positionals, values, flags }: Typed,
): ArgsOf<O> {
  const set = Object.fromEntries([...flags].map((name) => [name, true as const]));
  const read = readTypedArguments(operation, { positionals, options: { ...values, ...set } });
  if (!read.ok) throw new UsageError(read.complaint);
  return read.args;
}

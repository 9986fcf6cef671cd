// What people type behind a verb becomes an operation's arguments; both command lines read by it.
// Tested in test/agent/cli/operation-verb.test.ts.
import { type ArgsOf, type Argument, type Operation, parseArguments } from './operation.ts';

/** What was typed behind a verb: without dashes in its order, with dashes by name; a flag is `true`. */
export interface TypedArguments {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | true | undefined>>;
}

export type ReadArguments<O extends Operation> =
  | { readonly ok: true; readonly args: ArgsOf<O> }
  /** `complaint`: a sentence for whoever typed it, on the first that is wrong. */
  | { readonly ok: false; readonly complaint: string };

/** What is no argument of the operation among the options is passed over. */
export function readTypedArguments<O extends Operation>(
  operation: O,
  { positionals, options }: TypedArguments,
): ReadArguments<O> {
  const behind = Object.entries(operation.args).filter(([, { option }]) => option === undefined);
  const last = behind.at(-1);
  if (last !== undefined && positionals.length > behind.length)
    return { ok: false, complaint: nameOne(last[1]) };
  const typed = {
    ...options,
    ...Object.fromEntries(behind.map(([key], index) => [key, positionals[index]])),
  };
  const parsed = parseArguments(operation, typed);
  if (parsed.ok) return { ok: true, args: parsed.value };
  const path = parsed.faults[0]?.path;
  const [key, argument] = Object.entries(operation.args).find(([name]) => name === path) ?? [];
  if (key === undefined || argument === undefined) throw new Error('a fault has an argument as its path');
  return { ok: false, complaint: complain(key, argument, typed[key]) };
}

function complain(key: string, argument: Argument, text: string | true | undefined): string {
  if (argument.option !== undefined) return `--${key}: ${argument.expected}.`;
  return text === undefined ? nameOne(argument) : `"${text}" is no ${argument.called}.`;
}

function nameOne({ placeholder }: Argument): string {
  return `Name one ${placeholder.toLowerCase()}.`;
}

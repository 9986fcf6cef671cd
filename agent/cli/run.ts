// `holdfast`: finds the verb, and turns whatever comes of it into text and an exit code.
import { CommandFailure, failureJson, UsageError } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { VERSION } from '../../lib/program/version.ts';
import { printable, printableJson } from '../../protocol/values/text.ts';
import { complain } from './complain.ts';
import type { CliContext } from './context.ts';
import { describeCommand, describeVerb } from './usage.ts';
import { readTyped, type Verb } from './verb.ts';

/** Runs the command line `args` (without node and script) and resolves with its exit code. Never rejects. */
export async function runCommand(
  args: readonly string[],
  context: CliContext,
  verbs: readonly Verb[],
): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--help' || first === '-h') return print(context, describeCommand(verbs));
  if (first === '--version') return print(context, `holdfast ${VERSION}\n`);
  const verb = verbs.find(({ name }) => name === first);
  if (verb === undefined) return refuse(context, complainAbout(first), describeCommand(verbs));
  const options = optionsIn(rest);
  if (options.includes('--help') || options.includes('-h')) return print(context, describeVerb(verb));
  try {
    return await verb.run(readTyped(verb, rest), context);
  } catch (error) {
    if (error instanceof CommandFailure)
      return tell(error, { context, verb, isJson: options.includes('--json') });
    // A fault of ours: the stack is what a report of it needs.
    context.err.write(`holdfast ${verb.name} failed: ${error instanceof Error ? error.stack : error}\n`);
    return EXIT.badNews;
  }
}

function optionsIn(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end === -1 ? args : args.slice(0, end);
}

function complainAbout(first: string | undefined): string {
  if (first === undefined) return 'Say what to do.';
  return first.startsWith('-') ? `Unknown option '${first}'.` : `Unknown verb '${first}'.`;
}

function print(context: CliContext, text: string): number {
  context.out.write(text);
  return EXIT.good;
}

/** For people on stderr; with `--json` for programs on stdout too, as `holdfastctl` has it. */
function tell(
  failure: CommandFailure,
  { context, verb, isJson }: { context: CliContext; verb: Verb; isJson: boolean },
): number {
  const { message, hint, exitCode } = failure;
  if (isJson) context.out.write(`${printableJson(failureJson(failure), 2)}\n`);
  if (failure instanceof UsageError) return refuse(context, message, describeVerb(verb));
  complain(context.err, { message, hint });
  return exitCode;
}

function refuse(context: CliContext, complaint: string, usage: string): number {
  context.err.write(`${printable(complaint)}\n\n${usage}`);
  return EXIT.usage;
}

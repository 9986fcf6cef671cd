// `holdfast`: finds the verb, and turns whatever comes of it into text and an exit code.
import { printable } from '../../protocol/text.ts';
import { AGENT_VERSION } from '../version.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { describeCommand, describeVerb } from './usage.ts';
import { UsageError, type Verb } from './verb.ts';

/** Runs the command line `args` (without node and script) and resolves with its exit code. Never rejects. */
export async function runCommand(
  args: readonly string[],
  context: CliContext,
  verbs: readonly Verb[],
): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--help' || first === '-h') return print(context, describeCommand(verbs));
  if (first === '--version') return print(context, `holdfast ${AGENT_VERSION}\n`);
  const verb = verbs.find(({ name }) => name === first);
  if (verb === undefined) return refuse(context, complainAbout(first), describeCommand(verbs));
  if (asksForHelp(rest)) return print(context, describeVerb(verb));
  try {
    return await verb.run(rest, context);
  } catch (error) {
    if (error instanceof UsageError) return refuse(context, error.message, describeVerb(verb));
    // A fault of ours: the stack is what a report of it needs.
    context.err.write(`holdfast ${verb.name} failed: ${error instanceof Error ? error.stack : error}\n`);
    return EXIT.badNews;
  }
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  return options.includes('--help') || options.includes('-h');
}

function complainAbout(first: string | undefined): string {
  if (first === undefined) return 'Say what to do.';
  return first.startsWith('-') ? `Unknown option '${first}'.` : `Unknown verb '${first}'.`;
}

function print(context: CliContext, text: string): number {
  context.out.write(text);
  return EXIT.good;
}

function refuse(context: CliContext, complaint: string, usage: string): number {
  context.err.write(`${printable(complaint)}\n\n${usage}`);
  return EXIT.usage;
}

// The help texts.
// Tested in test/agent/cli/run.test.ts.
import { alignColumns } from '../../lib/render/table.ts';
import { asSentence } from '../../protocol/values/text.ts';
import type { Option, Verb } from './verb.ts';

export function describeCommand(verbs: readonly Verb[]): string {
  const rows = verbs.map((verb) => [verb.name, verb.summary]);
  return [
    'Usage: holdfast VERB [OPTIONS]',
    '',
    'Verbs:',
    ...indent(alignColumns(rows)),
    '',
    'Options:',
    ...indent(
      alignColumns([
        ['--help', 'explain the command, or a verb'],
        ['--version', 'print the version'],
      ]),
    ),
    '',
    'Exit codes: 0 good, 1 bad news, 2 wrong usage, 3 the agent cannot be reached, 130 interrupted.',
    '',
  ].join('\n');
}

export function describeVerb(verb: Verb): string {
  const options: Option[] = [...verb.options, { name: 'help', summary: 'print this' }];
  const typed = verb.options.map((option) => (option.isNeeded ? typedAs(option) : `[${typedAs(option)}]`));
  const synopsis = [verb.name, ...verb.positionals, ...typed];
  return [
    `Usage: holdfast ${synopsis.join(' ')}`,
    '',
    asSentence(verb.summary),
    '',
    'Options:',
    ...indent(alignColumns(options.map((option) => [typedAs(option), option.summary]))),
    '',
  ].join('\n');
}

/** `--socket PATH`, `-f|--follow`. */
function typedAs({ name, value, short }: Option): string {
  const typed = short === undefined ? `--${name}` : `-${short}|--${name}`;
  return value === undefined ? typed : `${typed} ${value}`;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

// FILE of `holdfast`: read and checked as `holdfastctl validate` does it. The agent's user may not see a person's files,
// so it is the command that reads them.
import { UsageError } from '../../lib/program/command-failure.ts';
import { NAME_PATTERN } from '../../protocol/values/names.ts';
import { printable } from '../../protocol/values/text.ts';
import { readVariables } from '../environment.ts';
import type { CliContext, CliFiles } from './context.ts';
import type { Option, Typed } from './verb.ts';

/** What a verb with a FILE has beside it. */
export const FILE_POSITIONALS = ['FILE…'] as const;
export const FILE_OPTIONS: readonly Option[] = [
  { name: 'name', value: 'NAME', summary: "the deployment's name, instead of the file's" },
];

/** As the protocol has it; it has no revision where the file fixes none. */
export interface FileDocument {
  readonly name: string;
  readonly [key: string]: unknown;
}

/**
 * The document of the files that were typed: Compose files, later ones over earlier ones, or a `.json` document; `-` is
 * standard input. Notes go to stderr. Throws `CommandFailure` with the code, and each fault with its place and path.
 */
export async function readDocument(typed: Typed, context: CliContext): Promise<FileDocument> {
  const [first, ...others] = typed.positionals;
  if (first === undefined) throw new UsageError('Name a file, or - for standard input.');
  const name = readName(typed.values.name);
  // Loaded here and not above: the other verbs stay quick without YAML.
  const { loadFiles } = await import('../../lib/document/load-file.ts');
  const { documentOf } = await import('../../lib/document/document-of.ts');
  const { serialize } = await import('../../lib/document/serialize.ts');
  const { failureOf } = await import('../../lib/document/failure-of.ts');
  const result = loadFiles([first, ...others], { ...(context.files ?? (await ownFiles())), name });
  if (!result.ok) throw failureOf(result.failure);
  const { content, notes } = result.loaded;
  for (const note of notes) context.err.write(`note: ${printable(note)}\n`);
  const document = { ...documentOf(content), name: content.name };
  const serialized = serialize(document);
  if (!serialized.ok) throw failureOf(serialized.failure);
  return document;
}

function readName(name: string | undefined): string | undefined {
  if (name === undefined || NAME_PATTERN.test(name)) return name;
  throw new UsageError('--name: up to 63 lower-case letters, digits, "-" and "_", a letter or digit first.');
}

async function ownFiles(): Promise<CliFiles> {
  const { readText } = await import('../../lib/document/read-file.ts');
  return {
    cwd: process.cwd(),
    variables: readVariables(),
    readStdin: (maxBytes) => readText(0, maxBytes),
  };
}

// Reads FILE …: Compose files, one over the other, or a ready document when its name ends in `.json`.
import { basename, dirname, resolve } from 'node:path';
import { CommandFailure } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { NAME_PATTERN } from '../../protocol/values/names.ts';
import type { FileText } from '../compose/conversion.ts';
import type { Variables } from '../compose/interpolate.ts';
import { type PlacedFault, readCompose } from '../compose/read-compose.ts';
import type { SourceText } from '../compose/sources.ts';
import { besideFolder } from './beside-folder.ts';
import { type ContentResult, type ReadyContent, readJsonDocument } from './json-document.ts';
import { readTextFile } from './read-file.ts';
import { readVariables } from './read-variables.ts';

/** Far more than any document; anchors, comments and services of other profiles take room too. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Standard input. */
const STDIN = '-';

export interface LoadedFile {
  /** As it was given, for messages. */
  readonly file: string;
  readonly content: ReadyContent;
  readonly notes: readonly string[];
}

export interface LoadOptions {
  readonly cwd: string;
  readonly variables: Variables;
  readonly name?: string | undefined;
  readonly profiles?: readonly string[] | undefined;
  /** Files of variables, instead of the `.env` beside the first file. */
  readonly envFiles?: readonly string[] | undefined;
  /** All of standard input, for the file `-`. */
  readonly readStdin: (maxBytes: number) => FileText;
}

/** Loads and validates files; throws with all their faults when they are not valid. */
export function loadFiles(files: readonly [string, ...string[]], options: LoadOptions): LoadedFile {
  const [file, ...others] = files;
  const texts = files.map((one) => ({ file: one, text: readText(one, options) }));
  const [first] = texts;
  const isReady = first !== undefined && isDocument(first);
  if (isReady && others.length > 0) throw notAlone(first.file);
  const result = isReady
    ? readJsonDocument(first.text, options.name)
    : readComposeFiles(file, texts, options);
  if (!result.ok) throw invalidFile(file, result);
  return { file, content: result.content, notes: formatFaults(file, result.notes) };
}

/** What `validate --json` writes may come by a pipe too. */
function isDocument({ file, text }: SourceText): boolean {
  return file.endsWith('.json') || (file === STDIN && /^\s*\{\s*"schema":\s*"holdfast\./.test(text));
}

function readComposeFiles(file: string, texts: readonly SourceText[], options: LoadOptions): ContentResult {
  const folder = file === STDIN ? options.cwd : dirname(resolve(options.cwd, file));
  const variables = readVariables(folder, options);
  const asked = (variables.COMPOSE_PROFILES ?? '').split(',').filter((profile) => profile !== '');
  return readCompose(texts, {
    variables,
    name: options.name,
    profiles: options.profiles ?? asked,
    fallbackName: nameOfFolder(folder),
    beside: besideFolder(
      folder,
      texts.map((text) => resolve(options.cwd, text.file)),
    ),
    // What comes by a pipe was written by `docker compose config`, with whole paths.
    ...(file === STDIN ? { ownFolder: folder } : {}),
  });
}

function readText(file: string, { cwd, readStdin }: LoadOptions): string {
  const read = file === STDIN ? readStdin(MAX_FILE_BYTES) : readTextFile(resolve(cwd, file), MAX_FILE_BYTES);
  if (read.ok) return read.text;
  const message = `${file} cannot be read: ${read.message}`;
  throw new CommandFailure({ code: 'file_unreadable', exitCode: EXIT.usage, message });
}

/** The folder's name as Compose makes a project's name of it. */
function nameOfFolder(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
    .slice(0, 63);
  return NAME_PATTERN.test(name) ? name : 'default';
}

function notAlone(file: string): CommandFailure {
  const message = `${file} is a ready document, and nothing can be merged with it`;
  return new CommandFailure({ code: 'usage', exitCode: EXIT.usage, message });
}

function invalidFile(file: string, result: Extract<ContentResult, { ok: false }>): CommandFailure {
  const { faults } = result;
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  return new CommandFailure({
    code: 'invalid_file',
    exitCode: EXIT.usage,
    message: `${file} has ${count}:\n${formatFaults(file, faults).join('\n')}`,
    details: { file, faults },
  });
}

/** `compose.yaml:12:5: services.web.build: …`, as compilers write it and editors jump to it. */
function formatFaults(first: string, faults: readonly PlacedFault[]): string[] {
  return faults.map(({ file = first, line, column, path, message }) => {
    const place = `${file}:${line}:${column}`;
    return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
  });
}

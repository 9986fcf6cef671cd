// Reads FILE …: Compose files, one over the other, or a ready document when its name ends in `.json`.
import { basename, dirname, resolve } from 'node:path';
import { NAME_PATTERN } from '../../protocol/values/names.ts';
import type { FileText } from '../compose/conversion.ts';
import type { Variables } from '../compose/interpolate.ts';
import { type PlacedFault, readCompose } from '../compose/read-compose.ts';
import type { SourceText } from '../compose/sources.ts';
import { besideFolder } from './beside-folder.ts';
import { type Failed, failed } from './document-failure.ts';
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

export type LoadResult = { readonly ok: true; readonly loaded: LoadedFile } | Failed;

/** Loads and validates files; fails with all their faults where they are not valid. */
export function loadFiles(files: readonly [string, ...string[]], options: LoadOptions): LoadResult {
  const [file] = files;
  const texts: SourceText[] = [];
  for (const one of files) {
    const read = readText(one, options);
    if (!read.ok)
      return failed({ code: 'file_unreadable', message: `${one} cannot be read: ${read.message}` });
    texts.push({ file: one, text: read.text });
  }
  const result = readContent(file, texts, options);
  if ('failure' in result) return result;
  if (!result.ok) return invalidFile(file, result.faults);
  return { ok: true, loaded: { file, content: result.content, notes: formatFaults(file, result.notes) } };
}

/** A ready document stands alone, and its name says what it is. */
function readContent(
  file: string,
  texts: readonly SourceText[],
  options: LoadOptions,
): ContentResult | Failed {
  const [first, ...others] = texts;
  if (first === undefined || !isDocument(first)) return readComposeFiles(file, texts, options);
  if (others.length === 0) return readJsonDocument(first.text, options.name);
  const message = `${first.file} is a ready document, and nothing can be merged with it`;
  return failed({ code: 'usage', message });
}

/** What `validate --json` writes may come by a pipe too. */
function isDocument({ file, text }: SourceText): boolean {
  return file.endsWith('.json') || (file === STDIN && /^\s*\{\s*"schema":\s*"holdfast\./.test(text));
}

function readComposeFiles(
  file: string,
  texts: readonly SourceText[],
  options: LoadOptions,
): ContentResult | Failed {
  const folder = file === STDIN ? options.cwd : dirname(resolve(options.cwd, file));
  const read = readVariables(folder, options);
  if (!read.ok) return read;
  const { variables } = read;
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

function readText(file: string, { cwd, readStdin }: LoadOptions): FileText {
  return file === STDIN ? readStdin(MAX_FILE_BYTES) : readTextFile(resolve(cwd, file), MAX_FILE_BYTES);
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

function invalidFile(file: string, faults: readonly PlacedFault[]): Failed {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  const message = `${file} has ${count}:\n${formatFaults(file, faults).join('\n')}`;
  return failed({ code: 'invalid_file', message, faulty: { file, faults } });
}

/** `compose.yaml:12:5: services.web.build: …`, as compilers write it and editors jump to it. */
function formatFaults(first: string, faults: readonly PlacedFault[]): string[] {
  return faults.map(({ file = first, line, column, path, message }) => {
    const place = `${file}:${line}:${column}`;
    return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
  });
}

// Reads FILE: a compose.yaml, or a ready document when it ends in `.json`.
import { basename, dirname, resolve } from 'node:path';
import { NAME_PATTERN } from '../../protocol/names.ts';
import type { Variables } from '../compose/interpolate.ts';
import { type PlacedFault, readCompose } from '../compose/read-compose.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { readTextFile } from '../read-file.ts';
import { besideFolder } from './beside-folder.ts';
import { type ContentResult, type ReadyContent, readJsonDocument } from './json-document.ts';

/** Far more than any document; anchors, comments and services of other profiles take room too. */
const MAX_FILE_BYTES = 1024 * 1024;

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
}

/** Loads and validates a file; throws with all its faults when it is not valid. */
export function loadFile(file: string, options: LoadOptions): LoadedFile {
  const path = resolve(options.cwd, file);
  const text = readText(path, file);
  const result = file.endsWith('.json')
    ? readJsonDocument(text, options.name)
    : readCompose(text, {
        ...options,
        fallbackName: nameOfFolder(dirname(path)),
        beside: besideFolder(dirname(path)),
      });
  if (!result.ok) throw invalidFile(file, result);
  return { file, content: result.content, notes: formatFaults(file, result.notes) };
}

function readText(path: string, file: string): string {
  const read = readTextFile(path, MAX_FILE_BYTES);
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
function formatFaults(file: string, faults: readonly PlacedFault[]): string[] {
  return faults.map(({ line, column, path, message }) => {
    const place = `${file}:${line}:${column}`;
    return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
  });
}

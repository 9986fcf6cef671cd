// Reads FILE: a compose.yaml, or a ready document when it ends in `.json`.
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { formatBytes } from '../../protocol/byte-size.ts';
import { NAME_PATTERN } from '../../protocol/names.ts';
import { MAX_RETAINED_BYTES } from '../../protocol/payload.ts';
import type { FileText } from '../compose/conversion.ts';
import type { Variables } from '../compose/interpolate.ts';
import { type PlacedFault, readCompose } from '../compose/read-compose.ts';
import { CommandFailure, EXIT, messageOf } from '../failure.ts';
import { type ContentResult, type ReadyContent, readJsonDocument } from './json-document.ts';

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
        readFile: (named) => readBeside(dirname(path), named),
      });
  if (!result.ok) throw invalidFile(file, result);
  return { file, content: result.content, notes: formatFaults(file, result.notes) };
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandFailure({
      code: 'file_unreadable',
      exitCode: EXIT.usage,
      message: `${file} cannot be read: ${messageOf(error)}`,
      cause: error,
    });
  }
}

/** A file that the Compose file names: relative to it, as Compose has it. */
function readBeside(folder: string, path: string): FileText {
  try {
    const whole = resolve(folder, path);
    const stats = statSync(whole);
    if (!stats.isFile()) return { ok: false, message: 'it is no regular file' };
    if (stats.size > MAX_RETAINED_BYTES) {
      const message = `it has ${formatBytes(stats.size)}, and a document has at most ${formatBytes(MAX_RETAINED_BYTES)}`;
      return { ok: false, message };
    }
    const bytes = readFileSync(whole);
    if (!isUtf8(bytes))
      return { ok: false, message: 'it is no text in UTF-8, and a document holds nothing else' };
    return { ok: true, text: bytes.toString('utf8') };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
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

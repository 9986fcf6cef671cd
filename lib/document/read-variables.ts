// Variables for a Compose file: those of the process, and behind them those of `.env` or `--env-file`.
// Tested in test/lib/document/load-file.test.ts.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { envValues } from '../compose/env-values.ts';
import type { Variables } from '../compose/interpolate.ts';
import { type Failed, failed } from './document-failure.ts';
import { readTextFile } from './read-file.ts';

const MAX_BYTES = 1024 * 1024;

interface VariablesContext {
  readonly cwd: string;
  readonly variables: Variables;
  readonly envFiles?: readonly string[] | undefined;
}

export type VariablesResult = { readonly ok: true; readonly variables: Variables } | Failed;

/** Fails where a file that was named is not there, or one has faults. */
export function readVariables(
  folder: string,
  { cwd, variables, envFiles }: VariablesContext,
): VariablesResult {
  const own = resolve(folder, '.env');
  const files = envFiles?.map((file) => resolve(cwd, file)) ?? (existsSync(own) ? [own] : []);
  const values: Record<string, string | undefined> = {};
  // A later file beats an earlier one.
  for (const file of files) {
    const read = readOne(file, { ...values, ...variables });
    if (!read.ok) return read;
    Object.assign(values, read.variables);
  }
  return { ok: true, variables: { ...values, ...variables } };
}

function readOne(file: string, known: Variables): VariablesResult {
  const read = readTextFile(file, MAX_BYTES);
  if (!read.ok) return unreadable(`${file} cannot be read: ${read.message}`);
  const faults: string[] = [];
  const values = envValues(read.text, {
    isRaw: false,
    lookUp: (above) => ({ ...above, ...known }),
    report: { fault: (line, message) => faults.push(`${file}:${line}: ${message}`), unset: () => undefined },
  });
  if (faults.length > 0) return unreadable(faults.join('\n'));
  return { ok: true, variables: Object.fromEntries(values) };
}

function unreadable(message: string): Failed {
  return failed({ code: 'env_file_unreadable', message });
}

// Variables for a Compose file: those of the process, and behind them those of `.env` or `--env-file`.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandFailure } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { envValues } from '../compose/env-values.ts';
import type { Variables } from '../compose/interpolate.ts';
import { readTextFile } from './read-file.ts';

const MAX_BYTES = 1024 * 1024;

interface Around {
  readonly cwd: string;
  readonly variables: Variables;
  readonly envFiles?: readonly string[] | undefined;
}

/** Throws where a file that was named is not there, or one has faults. */
export function readVariables(folder: string, { cwd, variables, envFiles }: Around): Variables {
  const own = resolve(folder, '.env');
  const files = envFiles?.map((file) => resolve(cwd, file)) ?? (existsSync(own) ? [own] : []);
  const values: Record<string, string | undefined> = {};
  // A later file beats an earlier one.
  for (const file of files) Object.assign(values, readOne(file, { ...values, ...variables }));
  return { ...values, ...variables };
}

function readOne(file: string, known: Variables): Variables {
  const read = readTextFile(file, MAX_BYTES);
  if (!read.ok) throw unreadable(`${file} cannot be read: ${read.message}`);
  const faults: string[] = [];
  const values = envValues(read.text, {
    isRaw: false,
    lookUp: (above) => ({ ...above, ...known }),
    report: { fault: (line, message) => faults.push(`${file}:${line}: ${message}`), unset: () => undefined },
  });
  if (faults.length > 0) throw unreadable(faults.join('\n'));
  return Object.fromEntries(values);
}

function unreadable(message: string): CommandFailure {
  return new CommandFailure({ code: 'env_file_unreadable', exitCode: EXIT.usage, message });
}

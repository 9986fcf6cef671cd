// Files that hold secrets: they must be readable, and by nobody else.
import { statSync } from 'node:fs';
import { readSecret } from '../../lib/program/read-secret.ts';
import { type CheckAnswer, type CheckRow, error, ok, warning } from './check-row.ts';

const OF_OTHERS = 0o007;

/** `key` is the configuration's, e.g. `broker.password_file`. */
export interface SecretFile {
  readonly key: string;
  readonly file: string;
}

export function secretFilesCheck(files: readonly SecretFile[]): CheckRow {
  return { name: 'secrets', look: () => files.map(lookAt) };
}

function lookAt({ key, file }: SecretFile): CheckAnswer {
  const secret = readSecret(file);
  if (!secret.ok) return error(`${key}: ${secret.message}`);
  if (secret.value === '') return error(`${key}: ${file} is empty`);
  const mode = statSync(file).mode & 0o777;
  const text = `${key}: ${file} has the mode ${mode.toString(8).padStart(4, '0')}`;
  return (mode & OF_OTHERS) === 0 ? ok(text) : warning(`${text}: everybody may read it; chmod 0640 ${file}`);
}

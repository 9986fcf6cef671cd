// Files that the agent goes by: the configuration, which nobody else may change, and secrets, which nobody else may read.
import { statSync } from 'node:fs';
import { readSecret } from '../../lib/program/read-secret.ts';
import { type CheckAnswer, type CheckRow, error, ok, warning } from './check-row.ts';

const OF_OTHERS = 0o007;
const WRITABLE = 0o022;
const ROOT = 0;

/** `key` is the configuration's, e.g. `broker.password_file`. */
export interface SecretFile {
  readonly key: string;
  readonly file: string;
}

/** Whoever can write it says which broker the device obeys. It holds no secret, so anybody may read it. */
export function configurationCheck(file: string): CheckRow {
  return { name: 'configuration', look: () => [judge(file, { forbidden: WRITABLE, advice: 'chmod 0640' })] };
}

export function secretFilesCheck(files: readonly SecretFile[]): CheckRow {
  return { name: 'secrets', look: () => files.map(lookAt) };
}

function lookAt({ key, file }: SecretFile): CheckAnswer {
  const secret = readSecret(file);
  if (!secret.ok) return error(`${key}: ${secret.message}`);
  if (secret.value === '') return error(`${key}: ${file} is empty`);
  const { result, text } = judge(file, { forbidden: OF_OTHERS, advice: 'chmod 0640' });
  return { result, text: `${key}: ${text}` };
}

function judge(file: string, { forbidden, advice }: { forbidden: number; advice: string }): CheckAnswer {
  const { mode: whole, uid } = statSync(file);
  const mode = whole & 0o777;
  const text = `${file} has the mode ${mode.toString(8).padStart(4, '0')}`;
  if ((mode & forbidden & OF_OTHERS) !== 0) {
    const what = (mode & 0o002) === 0 ? 'read' : 'change';
    return warning(`${text}: everybody may ${what} it; ${advice} ${file}`);
  }
  if ((mode & forbidden) !== 0) return warning(`${text}: its group may change it; ${advice} ${file}`);
  if (uid === ROOT || uid === process.geteuid?.()) return ok(text);
  return warning(`${file} belongs to the user ${uid}, who may change it; chown root ${file}`);
}

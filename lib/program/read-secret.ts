// Secrets live in files that others write (an operator, systemd's credentials) and may be changed while the
// agent runs, so they are read at each use and never kept.
// Tested in test/integration/broker/mosquitto.test.ts.
import { readFileSync } from 'node:fs';
import { describeSystemError } from '../failures/system-error.ts';

export type SecretRead =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly message: string };

/** The file's text without its trailing newline; on failure a sentence that names the file, never its content. */
export function readSecret(file: string): SecretRead {
  try {
    return { ok: true, value: readFileSync(file, 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    return { ok: false, message: `cannot read ${file}: ${describeSystemError(error)}` };
  }
}

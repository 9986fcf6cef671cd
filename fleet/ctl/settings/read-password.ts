// A password from where it is kept, read when a connection wants it. It is in no message.
// Tested in test/fleet/ctl/settings/settings.test.ts.
import { execFileSync } from 'node:child_process';
import { UsageError } from '../../../lib/program/command-failure.ts';
import { readSecret } from '../../../lib/program/read-secret.ts';
import type { PasswordSource } from './broker-settings.ts';

/** A key on a stick may want a touch. */
const COMMAND_TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 1024;

export function readPassword(source: PasswordSource): string {
  switch (source.kind) {
    case 'text':
      return source.text;
    case 'file': {
      const secret = readSecret(source.file);
      if (!secret.ok) throw new UsageError(`the password: ${secret.message}`);
      return secret.value;
    }
    case 'command':
      return runCommand(source.command);
  }
}

/** It may ask the person at the terminal. */
function runCommand(command: string): string {
  try {
    const output = execFileSync('/bin/sh', ['-c', command], {
      ...{ encoding: 'utf8', timeout: COMMAND_TIMEOUT_MS, maxBuffer: MAX_BYTES },
      stdio: ['inherit', 'pipe', 'inherit'],
    });
    return output.replace(/\r?\n$/, '');
  } catch {
    throw new UsageError(
      `password_command failed: ${command}`,
      'run it in a shell: it has to print the password',
    );
  }
}

// Errors of the file system, told apart by their codes.
import { describeSystemError, systemErrorCode } from '../../lib/failures/system-error.ts';
import type { StepOutcome } from '../model/steps.ts';

export function isMissing(error: unknown): boolean {
  return systemErrorCode(error) === 'ENOENT';
}

export function isNotPermitted(error: unknown): boolean {
  return systemErrorCode(error) === 'EPERM';
}

/** The outcome of a step whose files could not be written. What was to be in them is never told. */
export function toFileOutcome(error: unknown): StepOutcome & { ok: false } {
  const words = `${pathIn(error)}${describeSystemError(error)}`;
  return toOutcome(error, `a file of the service cannot be written: ${words}`);
}

/** The same of a folder; `what` says what cannot be done with which path. */
export function toFolderOutcome(error: unknown, what: string): StepOutcome & { ok: false } {
  return toOutcome(error, `${what}: ${describeSystemError(error)}`);
}

function toOutcome(error: unknown, message: string): StepOutcome & { ok: false } {
  const code = systemErrorCode(error);
  // One without a system's code is a fault of ours, and not to be hidden.
  if (code === null) throw error;
  if (error instanceof LinkInFolder) return { ok: false, code: error.code, message, hint: LINK };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const hint = 'free disk space on the device (for secrets: memory in /run); the next try comes by itself';
    return { ok: false, code: 'no_space', message, hint };
  }
  const hint = HINTS[code];
  return { ok: false, code: 'io_error', message, ...(hint === undefined ? {} : { hint }) };
}

/** The file, as Node names it. */
function pathIn(error: unknown): string {
  return error instanceof Error && 'path' in error ? `${String(error.path)}: ` : '';
}

/** A link that a container put into a folder, on the way to what another one binds. It may lead anywhere. */
export class LinkInFolder extends Error {
  readonly code = 'link_in_folder';
}

const LINK = 'a container has put it there, or somebody on the device: remove it, and find out who did';

const HINTS: Readonly<Record<string, string>> = {
  EPERM:
    'the agent may not give it to another user: it needs CAP_CHOWN; or give a file the mode "0444", a folder no owner',
  EACCES: "the agent's user must own its data and runtime directories",
  EROFS: 'the file system is read-only: has the disk failed?',
};

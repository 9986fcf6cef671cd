// What went wrong in a system call, in the few words that a log line or a fault has room for.

/** `ENOENT: no such file or directory` without the path that Node appends. */
export function describeSystemError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/, \w+( '.*)?$/, '');
}

/** `ENOENT`, `SQLITE_FULL`: what a program tells errors of the system and of libraries by; `null` for others. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

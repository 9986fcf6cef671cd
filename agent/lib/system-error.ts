// What went wrong in a system call, in the few words that a log line or a fault has room for.

/** `ENOENT: no such file or directory` without the path that Node appends. */
export function describeSystemError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/, \w+( '.*)?$/, '');
}

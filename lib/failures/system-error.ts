// What went wrong in a system call: in words for people, as a code for programs. The one place that has these words.

/** By the system's codes. What the reader can do about it depends on the call, and is said there. */
const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EISDIR: 'it is a directory, and a file is expected',
  ENOTDIR: 'a part of its path is a file, and a directory is expected',
  EEXIST: 'something else is there already',
  EACCES: 'this user has no right to it',
  EPERM: 'the system does not permit it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EIO: 'the disk fails to read or write',
  EBUSY: 'it is in use',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EADDRINUSE: 'it is in use',
  ECONNREFUSED: 'connection refused: nothing listens there, or a firewall is in between',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no network',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up now; is there a network and a DNS server?',
  ETIMEDOUT: 'no answer',
};

/** `there is no such file or directory`: without the path, which whoever tells it knows. */
export function describeSystemError(error: unknown): string {
  return SENTENCES[systemErrorCode(error) ?? ''] ?? messageOf(error).replace(/, \w+( '.*)?$/s, '');
}

/** `ENOENT`, `SQLITE_FULL`: what a program tells errors of the system and of libraries by; `null` for others. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

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

/** Where a file that somebody named was only to be read, more can be said of the same codes. */
const READING_SENTENCES: Readonly<Record<string, string>> = {
  ...SENTENCES,
  ENOENT: 'there is no such file',
  EACCES: 'this user has no right to read it',
  EIO: 'the disk fails to read it',
  ENXIO: 'it is a socket or a device that cannot be opened, and a file is expected',
  EAGAIN: 'nothing is there to be read now',
};

/** `there is no such file or directory`: without the path, which whoever tells it knows. */
export function describeSystemError(error: unknown): string {
  return SENTENCES[systemErrorCode(error) ?? ''] ?? withoutCall(messageOf(error));
}

/** The same of a file, or standard input, that could not be read. */
export function describeReadError(error: unknown): string {
  return READING_SENTENCES[systemErrorCode(error) ?? ''] ?? withoutCall(messageOf(error));
}

/** Node appends the call and its path. */
function withoutCall(message: string): string {
  return message.replace(/, \w+( '.*)?$/s, '');
}

/** `ENOENT`, `SQLITE_FULL`: what a program tells errors of the system and of libraries by; `null` for others. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

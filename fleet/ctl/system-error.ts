// What the system answers, in words. The one place on this side that has them; a failed connect has its own, with hints.
import { messageOf } from '../../lib/failures/system-error.ts';

const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory, and a file is expected',
  ENOTDIR: 'a part of its path is a file, and a directory is expected',
  EACCES: 'this user has no right to read it',
  EPERM: 'the system does not permit it',
  EIO: 'the disk fails to read it',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the path is too long',
  ENXIO: 'it is a socket or a device that cannot be opened, and a file is expected',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  ETIMEDOUT: 'no answer',
  EAGAIN: 'nothing is there to be read now',
};

/** Without the path, which whoever tells it knows; the message itself where no words are known for it. */
export function describeSystemError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return SENTENCES[code] ?? messageOf(error);
}

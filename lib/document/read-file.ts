// Files that a command line or a Compose file names, read within a bound: a device file or a pipe may have no end.
// Tested in test/lib/document/load-file.test.ts.
import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';
import { formatBytes } from '../../protocol/values/byte-size.ts';
import type { FileText } from '../compose/conversion.ts';
import { describeReadError } from '../failures/system-error.ts';

/** The text of a file of at most `maxBytes`, or what is wrong with it. */
export function readTextFile(path: string, maxBytes: number): FileText {
  try {
    const file = openSync(path, 'r');
    try {
      return readText(file, maxBytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { ok: false, message: describeReadError(error) };
  }
}

/** The same of a file that is open, such as standard input. */
export function readText(file: number, maxBytes: number): FileText {
  try {
    const bytes = readUpTo(file, maxBytes + 1);
    if (bytes.length > maxBytes)
      return { ok: false, message: `it has more than ${formatBytes(maxBytes)}, which is the limit` };
    if (!isUtf8(bytes)) return { ok: false, message: 'it is no text in UTF-8' };
    return { ok: true, text: bytes.toString('utf8') };
  } catch (error) {
    return { ok: false, message: describeReadError(error) };
  }
}

/** What the file says of its own size is not believed: that of a device or a pipe is 0. */
function readUpTo(file: number, maxBytes: number): Buffer {
  const buffer = Buffer.alloc(maxBytes);
  let length = 0;
  for (let read = -1; read !== 0 && length < maxBytes; length += read)
    read = readSync(file, buffer, length, maxBytes - length, null);
  return buffer.subarray(0, length);
}

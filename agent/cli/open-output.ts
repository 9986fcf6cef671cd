// A stream of the process as what verbs write to.
import type { WriteStream } from 'node:tty';
import { columnsOf } from '../../lib/render/width.ts';
import type { CliOutput } from './context.ts';

/** The width is that of the moment: a terminal may be made wider or narrower while a verb runs. */
export function openOutput(stream: WriteStream, wantsColour: boolean): CliOutput {
  return {
    write: (text) => {
      stream.write(text);
    },
    get columns() {
      return columnsOf(stream);
    },
    get rows() {
      return stream.isTTY === true ? stream.rows || null : null;
    },
    hasColour: stream.isTTY === true && wantsColour,
  };
}

// What a failed service's own output tells of it, in words. Pure: data in, text out.
import type { LastFailure } from '../../protocol/reports/status.ts';

/** `KeyError: 'serial_port' (app.py:12, 7 times)`; `null` where no traceback explains it. */
export function describePython({ python, count = 1 }: LastFailure): string | null {
  if (python === undefined) return null;
  const { type, message } = python;
  const { file, line } = python.culprit ?? python;
  const place = file === null ? [] : [`${file.slice(file.lastIndexOf('/') + 1)}:${line}`];
  const about = [...place, ...(count > 1 ? [`${count} times`] : [])];
  return `${type}${message === '' ? '' : `: ${message}`}${about.length === 0 ? '' : ` (${about.join(', ')})`}`;
}

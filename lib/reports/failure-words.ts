// What a failed service's own output tells of it, in words. Pure: data in, text out.
import type { LastFailure, Status, UpdateFailure } from '../../protocol/reports/status.ts';

/** `KeyError: 'serial_port' (app.py:12, 7 times)`; `null` where no traceback explains it. */
export function describePython({ python, count = 1 }: LastFailure): string | null {
  if (python === undefined) return null;
  const { type, message } = python;
  const { file, line } = python.culprit ?? python;
  const place = file === null ? [] : [`${file.slice(file.lastIndexOf('/') + 1)}:${line}`];
  const about = [...place, ...(count > 1 ? [`${count} times`] : [])];
  return `${type}${message === '' ? '' : `: ${message}`}${about.length === 0 ? '' : ` (${about.join(', ')})`}`;
}

/** A service of an update that was taken back, and how it failed. */
export interface FailedInUpdate {
  readonly name: string;
  readonly revision: number;
  readonly failure: UpdateFailure;
}

/** The one that the reason names; `null` where the reason is about something else. */
export function failedInUpdate({ barred, reason }: Status): FailedInUpdate | null {
  // Then the revision before fails too, and that is the reason.
  if (barred === undefined || reason === null || reason.code === 'inconsistent') return null;
  const path = `${reason.path ?? ''}.`;
  const found = Object.entries(barred.services ?? {}).find(([name]) => path.startsWith(`services.${name}.`));
  return found === undefined ? null : { name: found[0], revision: barred.revision, failure: found[1] };
}

/** Behind what is said of a failure: the exception that explains it. */
export function describeCause(failure: LastFailure | null | undefined): string {
  const python = failure == null ? null : describePython(failure);
  return python === null ? '' : `: ${python}`;
}

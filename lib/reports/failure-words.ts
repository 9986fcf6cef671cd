// What a failed service's own output tells of it, in words. Pure: data in, text out.
import type { LastFailure, MemoryGrowth, Status, UpdateFailure } from '../../protocol/reports/status.ts';
import { formatBytes } from '../../protocol/values/byte-size.ts';
import { formatDuration } from '../../protocol/values/duration.ts';

/** Of a rise that is shorter nobody wants to know the pace: it is a leap. */
const RATE_MS = 15_000;

/** What a Python tells of its failure: where it hangs, or with which exception it ended; `null` where it tells nothing. */
export function describePython(failure: LastFailure): string | null {
  return describeHang(failure) ?? describeTraceback(failure);
}

/** `KeyError: 'serial_port' (app.py:12, 7 times)` */
function describeTraceback({ python, count = 1 }: LastFailure): string | null {
  if (python === undefined) return null;
  const { type, message } = python;
  const { file, line } = python.culprit ?? python;
  const place = file === null ? [] : [`${nameOf(file)}:${line}`];
  const about = [...place, ...timesOf(count)];
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

/** Behind what is said of a failure: the exception that explains it, or how its memory grew. How often it came is evidence. */
export function describeCause(failure: LastFailure | null | undefined): string {
  if (failure == null) return '';
  const cause = describePython({ ...failure, count: 1 }) ?? describeRise(failure.memory);
  return cause === null ? '' : `: ${cause}`;
}

/** How its memory grew; `null` where it was not killed for that. */
export function describeGrowth(memory: MemoryGrowth | undefined): string | null {
  if (memory === undefined) return null;
  const { limit_bytes: limit, samples } = memory;
  const times = `${samples} reading${samples === 1 ? '' : 's'}`;
  const unknown = `its limit is ${formatBytes(limit)}; ${times} of its use, too few to say how it grew`;
  return describeRise(memory) ?? unknown;
}

/** `from 40.0 MiB to 128.0 MiB in 3m, +29.3 MiB/min`; `null` where too few readings tell. */
function describeRise(memory: MemoryGrowth | undefined): string | null {
  if (memory?.from_bytes === undefined || memory.span_ms === undefined) return null;
  const { limit_bytes: limit, from_bytes: from, span_ms: spanMs } = memory;
  const perMinute = Math.max(0, ((limit - from) * 60_000) / spanMs);
  const rate = spanMs < RATE_MS ? '' : `, +${formatBytes(perMinute)}/min`;
  return `from ${formatBytes(from)} to ${formatBytes(limit)} in ${formatDuration(spanMs)}${rate}`;
}

/** `it hangs: main thread at app.py:42 in handler, in socket.py:720 in readinto (5 threads, 7 times)` */
function describeHang({ hang, count = 1 }: LastFailure): string | null {
  if (hang === undefined) return null;
  const { thread, threads, innermost } = hang;
  const within = innermost === undefined ? '' : `, in ${placeOf(innermost)}`;
  const about = [`${threads} ${threads === 1 ? 'thread' : 'threads'}`, ...timesOf(count)];
  return `it hangs: ${thread} at ${placeOf(hang)}${within} (${about.join(', ')})`;
}

function placeOf({
  file,
  line,
  function: name,
}: NonNullable<LastFailure['hang']>['innermost'] & object): string {
  return `${nameOf(file)}:${line}${name === null ? '' : ` in ${name}`}`;
}

function timesOf(count: number): string[] {
  return count > 1 ? [`${count} times`] : [];
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

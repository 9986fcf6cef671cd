// The record of a service's last failure, as it is told: within a bound, the least missed left out first.
import type { LastFailure } from '../../../protocol/reports/status.ts';
import { cutText, printable } from '../../../protocol/values/text.ts';
import { isHeldBack } from '../../model/histories.ts';
import type { PythonFailure } from '../../model/last-words.ts';
import type { ServiceFailure, ServiceHistory } from '../../model/record.ts';
import { signalInWords } from './signal-words.ts';

/** Of the JSON of one record, in bytes. */
export const MAX_FAILURE_BYTES = 4096;
const MAX_MESSAGE = 200;
const MAX_FILE = 200;
const MAX_NAME = 100;

export function tellLastFailure(history: ServiceHistory, nowMs: number): LastFailure | null {
  const { lastFailure: failure } = history;
  if (failure === null) return null;
  const { code, message, at, exitCode, nextTryAt, lastWords } = failure;
  const signal = signalInWords(failure);
  return shorten({
    code,
    message: shortened(message, MAX_MESSAGE),
    at,
    exit_code: exitCode,
    ...(isHeldBack(history, nowMs) ? { next_try_at: nextTryAt } : {}),
    ...(signal === null ? {} : { signal }),
    ...tellPython(failure, history),
    ...(lastWords === undefined || lastWords.log.length === 0 ? {} : { log: [...lastWords.log] }),
  });
}

function tellPython(
  { lastWords }: ServiceFailure,
  { tracebacks = [] }: ServiceHistory,
): Pick<LastFailure, 'python' | 'first_at' | 'count'> {
  const python = lastWords?.python;
  if (python === undefined) return {};
  const counted = tracebacks.find(({ fingerprint }) => fingerprint === python.fingerprint);
  const often = counted === undefined ? {} : { first_at: counted.firstAt, count: counted.count };
  return { python: cutPython(python), ...often };
}

function cutPython({ culprit, ...python }: PythonFailure): NonNullable<LastFailure['python']> {
  const { type, message, file, function: name } = python;
  return {
    ...python,
    type: shortened(type, MAX_NAME),
    message: shortened(message, MAX_MESSAGE),
    file: file === null ? null : shortened(file, MAX_FILE),
    function: name === null ? null : shortened(name, MAX_NAME),
    ...(culprit === undefined ? {} : { culprit: { ...culprit, file: shortened(culprit.file, MAX_FILE) } }),
  };
}

/** On one line: a character that JSON must escape may take six bytes. */
function shortened(text: string, maxLength: number): string {
  return cutText(printable(text), maxLength);
}

/** The log from its begin first, as its end is in the traceback mostly; then the traceback, from its begin too. */
function shorten(told: LastFailure): LastFailure {
  const { log = [], python } = told;
  if (Buffer.byteLength(JSON.stringify(told)) <= MAX_FAILURE_BYTES) return told;
  if (log.length > 1) return shorten({ ...told, log: log.slice(1) });
  const { log: _, ...rest } = told;
  if (log.length === 1) return shorten(rest);
  if (python === undefined || python.traceback === '') return rest;
  const shorter = python.traceback.slice(Math.ceil(python.traceback.length / 4)).toWellFormed();
  return shorten({ ...rest, python: { ...python, traceback: shorter.length < 20 ? '' : shorter } });
}

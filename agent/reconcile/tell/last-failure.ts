// The record of a service's last failure, as it is told: within a bound, the least missed left out first.
import type {
  LastFailure,
  MemoryGrowth as ToldGrowth,
  UpdateFailure,
} from '../../../protocol/reports/status.ts';
import { cutText, printable } from '../../../protocol/values/text.ts';
import { isHeldBack } from '../../model/histories.ts';
import { instanceOf } from '../../model/instance.ts';
import type { HangPlace, PythonFailure } from '../../model/last-words.ts';
import type { MemoryGrowth } from '../../model/memory-growth.ts';
import type { FailedService, ServiceFailure, ServiceHistory } from '../../model/record.ts';
import { signalInWords } from './signal-words.ts';

/** Of the JSON of one record, in bytes. */
export const MAX_FAILURE_BYTES = 4096;
/** For how often it failed in an update. */
const COUNT_BYTES = 24;
const MAX_MESSAGE = 200;
const MAX_FILE = 200;
const MAX_NAME = 100;

export function tellLastFailure(history: ServiceHistory, nowMs: number): LastFailure | null {
  const { lastFailure: failure } = history;
  if (failure === null) return null;
  const next = isHeldBack(history, nowMs) ? { next_try_at: failure.nextTryAt } : {};
  return tellFailure(failure, { ...next, ...tellCount(failure, history) });
}

/** How the services of an update failed that was taken back, by name. */
export function tellFailedServices(
  services: Readonly<Record<string, FailedService>>,
): Readonly<Record<string, UpdateFailure>> {
  const told = Object.entries(services).map(([key, { failure, times }]) => [
    instanceOf(key).service,
    { ...tellFailure(failure, {}), failures: times },
  ]);
  return Object.fromEntries(told);
}

type Extra = Pick<LastFailure, 'next_try_at' | 'first_at' | 'count'>;

function tellFailure(failure: ServiceFailure, extra: Extra): LastFailure {
  const { code, message, at, exitCode, lastWords, memory } = failure;
  const signal = signalInWords(failure);
  const { python, hang } = lastWords ?? {};
  return shorten({
    code,
    message: shortened(message, MAX_MESSAGE),
    at,
    exit_code: exitCode,
    ...(signal === null ? {} : { signal }),
    ...(memory === undefined ? {} : { memory: tellGrowth(memory) }),
    ...(python === undefined ? {} : { python: cutPython(python) }),
    ...(hang === undefined ? {} : { hang: cutHang(hang) }),
    ...extra,
    ...(lastWords === undefined || lastWords.log.length === 0 ? {} : { log: [...lastWords.log] }),
  });
}

export function tellGrowth({ limitBytes, samples, rise }: MemoryGrowth): ToldGrowth {
  const told = { limit_bytes: limitBytes, samples };
  return rise === undefined ? told : { ...told, from_bytes: rise.fromBytes, span_ms: rise.spanMs };
}

function tellCount({ lastWords }: ServiceFailure, { tracebacks = [] }: ServiceHistory): Extra {
  const cause = lastWords?.hang ?? lastWords?.python;
  const counted = tracebacks.find(({ fingerprint }) => fingerprint === cause?.fingerprint);
  return counted === undefined ? {} : { first_at: counted.firstAt, count: counted.count };
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

function cutHang({ innermost, ...hang }: HangPlace): NonNullable<LastFailure['hang']> {
  return {
    ...hang,
    ...cutPlace(hang),
    ...(innermost === undefined ? {} : { innermost: cutPlace(innermost) }),
  };
}

type Place = NonNullable<HangPlace['innermost']>;

function cutPlace({ file, line, function: name }: Place): Place {
  return {
    file: shortened(file, MAX_FILE),
    line,
    function: name === null ? null : shortened(name, MAX_NAME),
  };
}

/** On one line: a character that JSON must escape may take six bytes. */
function shortened(text: string, maxLength: number): string {
  return cutText(printable(text), maxLength);
}

/**
 * The log from its begin first, as its end is in the traceback mostly; then the traceback, from its begin too; and what hangs
 * from its end, as what keeps it stands first.
 */
function shorten(told: LastFailure): LastFailure {
  const { log = [], python, hang } = told;
  if (Buffer.byteLength(JSON.stringify(told)) + COUNT_BYTES <= MAX_FAILURE_BYTES) return told;
  if (log.length > 1) return shorten({ ...told, log: log.slice(1) });
  const { log: _, ...rest } = told;
  if (log.length === 1) return shorten(rest);
  if (python === undefined || python.traceback === '')
    return hang === undefined ? rest : shortenHang(rest, hang);
  const shorter = python.traceback.slice(Math.ceil(python.traceback.length / 4)).toWellFormed();
  return shorten({ ...rest, python: { ...python, traceback: shorter.length < 20 ? '' : shorter } });
}

function shortenHang(told: LastFailure, hang: NonNullable<LastFailure['hang']>): LastFailure {
  if (hang.dump === '') return told;
  const shorter = hang.dump.slice(0, Math.floor((hang.dump.length * 3) / 4)).toWellFormed();
  return shorten({ ...told, hang: { ...hang, dump: shorter.length < 20 ? '' : shorter } });
}

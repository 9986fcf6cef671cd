// What is kept of a container's output: its last lines and the traceback in it, without secrets.
import { cutText, printable } from '../../protocol/values/text.ts';
import type { HangPlace, LastWords, OutputLine, PythonFailure } from '../model/last-words.ts';
import type { Revision } from '../model/revision.ts';
import { findHang, type Hang } from '../python/find-hang.ts';
import { findTraceback, type Traceback } from '../python/find-traceback.ts';
import type { Frame } from '../python/lines.ts';
import { isOfDump } from '../python/thread-dump.ts';
import { type Mask, maskOf } from '../secrets/mask.ts';
import { secretValuesOf } from '../secrets/secret-values.ts';

const LAST_LINES = 10;
const MAX_LINE = 300;
/** Of the output, the newest: no traceback is longer. */
const MAX_LINES = 2000;
/** Of a line before it is masked. */
const MAX_RAW_LINE = 64 * 1024;
const MAX_TRACEBACK = 2000;

interface Heard {
  readonly output: readonly OutputLine[];
  /** What it wrote when it was asked for its threads; none where it was not. */
  readonly threads?: readonly OutputLine[];
}

export function hearLastWords({ output, threads = [] }: Heard, mask: Mask): LastWords {
  const lines = masked(threads.length === 0 ? output : withoutDump(output), mask);
  const log = lines.slice(-LAST_LINES).map(({ text }) => cutText(text, MAX_LINE));
  const traceback = findTraceback(lines);
  const hang = findHang(masked(threads, mask));
  return {
    log,
    ...(traceback === null ? {} : { python: pythonFailure(traceback, mask) }),
    ...(hang === null ? {} : { hang: hangPlace(hang, mask) }),
  };
}

function masked(output: readonly OutputLine[], mask: Mask): OutputLine[] {
  return output.slice(-MAX_LINES).map(({ stream, text }) => ({
    stream,
    text: mask(text.slice(0, MAX_RAW_LINE)),
  }));
}

/** The dump is told for itself, and may be in what was read meanwhile. */
function withoutDump(output: readonly OutputLine[]): readonly OutputLine[] {
  return output.filter(({ text }) => !isOfDump(text));
}

function hangPlace({ culprit, place, thread, threads, fingerprint, text }: Hang, mask: Mask): HangPlace {
  const isElsewhere = culprit.file !== place.file || culprit.line !== place.line;
  return {
    ...shortPlace(culprit, mask),
    thread,
    threads,
    ...(isElsewhere ? { innermost: shortPlace(place, mask) } : {}),
    fingerprint,
    dump: mask(text).slice(0, MAX_TRACEBACK).toWellFormed(),
  };
}

function shortPlace({ file, line, function: name }: Frame, mask: Mask): Frame {
  const short = (text: string): string => cutText(printable(mask(text)), MAX_LINE);
  return { file: short(file), line, function: name === null ? null : short(name) };
}

/** Masked once more: in the lines a secret may have been broken or escaped. */
function pythonFailure({ place, culprit, ...found }: Traceback, mask: Mask): PythonFailure {
  const short = (text: string): string => cutText(printable(mask(text)), MAX_LINE);
  const isElsewhere = culprit !== null && (culprit.file !== place?.file || culprit.line !== place.line);
  return {
    type: short(found.type),
    message: short(found.message),
    file: place === null ? null : short(place.file),
    line: place?.line ?? null,
    function: place?.function == null ? null : short(place.function),
    ...(isElsewhere ? { culprit: { file: short(culprit.file), line: culprit.line } } : {}),
    fingerprint: found.fingerprint,
    traceback: mask(found.text).slice(-MAX_TRACEBACK).toWellFormed(),
  };
}

/** Of all services of these revisions, as one may print what another was given: secrets, and what the environment holds. */
export function maskOfRevisions(revisions: readonly (Revision | null)[]): Mask {
  const services = revisions.flatMap((revision) =>
    revision?.document.state === 'present' ? revision.document.services : [],
  );
  const environment = services.flatMap(({ service }) => Object.values(service.environment));
  const secrets = [...services.flatMap(secretValuesOf), ...environment.filter((value) => !isPath(value))];
  return maskOf(secrets.flatMap((secret) => [secret, inPython(secret)]));
}

/** Where a traceback's files are is no secret. */
function isPath(value: string): boolean {
  return /^(?:\/[a-z0-9._-]+)+\/?$/.test(value);
}

/** As Python escapes in JSON. */
function inPython(secret: string): string {
  return JSON.stringify(secret)
    .slice(1, -1)
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// Of all threads of a service that hangs the one that keeps it, and the line in which it does.
// It trusts nothing that it reads, and its work is bounded by the output's length.
import type { OutputLine } from '../model/last-words.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Frame } from './lines.ts';
import { textsOf } from './output.ts';
import { isBegin, isLoop, isOfLibrary, isServing, isThreadBegin, waitsForOthers } from './plumbing.ts';
import { type Stack, stacksIn } from './thread-dump.ts';

export interface Hang {
  /** Whose the line is: `main thread`, `a thread`, `a task`. */
  readonly thread: string;
  /** How many there are of threads, in all processes that answered. */
  readonly threads: number;
  /** The innermost frame that is no library's; that of the library where there is none. */
  readonly culprit: Frame;
  /** The innermost frame. */
  readonly place: Frame;
  /** The same for the same hang at another line: see `fingerprint.ts`. */
  readonly fingerprint: string;
  /** All stacks, the one that hangs first; the begin of them where they are long. */
  readonly text: string;
}

/** How a stack comes to be where it is, the likeliest cause of a hang last. */
const RANKS = ['no Python', 'library only', 'waits for work', 'waits for others', 'in the program'] as const;

interface Judged extends Stack {
  readonly rank: number;
  /** `null` where it runs no Python. */
  readonly culprit: Frame | null;
  /** Whether a server has called what it does. */
  readonly serves: boolean;
  readonly isMain: boolean;
  /** Of the process, in the order in which they answered. */
  readonly process: number;
}

const MAX_TEXT = 8000;

/** `null` where the output has no dump in which anything runs Python. */
export function findHang(output: readonly OutputLine[]): Hang | null {
  const judged = judgeAll(textsOf(output).flatMap(stacksIn));
  // A copy, and the oldest first: who hangs longest is what the others wait for.
  const [best, ...others] = judged.toReversed().toSorted(byLikelihood(judged));
  const place = best?.frames[0];
  if (best === undefined || place === undefined || best.culprit === null) return null;
  return {
    thread: best.of === 'task' ? 'a task' : best.isMain ? 'main thread' : 'a thread',
    threads: judged.filter((stack) => stack.of === 'thread').length,
    culprit: best.culprit,
    place,
    fingerprint: fingerprintOf({ type: 'hang', message: '', frames: best.frames.toReversed() }),
    text: [best, ...others].map(write).join('\n\n').slice(0, MAX_TEXT),
  };
}

/** A process tells its main thread last, and then its tasks. */
function judgeAll(stacks: readonly Stack[]): Judged[] {
  let process = 0;
  let hasEnded = false;
  return stacks.map((stack) => {
    if (hasEnded && stack.of === 'thread') process += 1;
    const judged = { ...judge(stack), process };
    hasEnded = judged.isMain || (hasEnded && stack.of === 'task');
    return judged;
  });
}

function judge(stack: Stack): Omit<Judged, 'process'> {
  const begin = stack.frames.findIndex(isBegin);
  const frames = begin < 0 ? stack.frames : stack.frames.slice(0, begin + 1);
  const at = frames.findIndex((frame) => !isOfLibrary(frame));
  const above = at < 0 ? frames : frames.slice(0, at);
  return {
    of: stack.of,
    frames,
    rank: RANKS.indexOf(rankOf(frames, above)),
    culprit: frames[at] ?? frames.find(isInstalled) ?? frames[0] ?? null,
    serves: stack.of === 'task' || frames.slice(above.length).some(isServing),
    isMain: stack.of === 'thread' && !stack.frames.some(isThreadBegin),
  };
}

/** `above`: what the program's own innermost line has called. */
function rankOf(frames: readonly Frame[], above: readonly Frame[]): (typeof RANKS)[number] {
  if (frames.length === 0) return 'no Python';
  if (above.some(isLoop)) return 'waits for work';
  if (above.length === frames.length) return 'library only';
  return above.some(waitsForOthers) ? 'waits for others' : 'in the program';
}

/** In no module of Python's own: a service may be installed as a package. */
function isInstalled({ file }: Frame): boolean {
  return /\/(?:site|dist)-packages\//.test(file);
}

/**
 * What serves before what does not; then by rank; then who has got past the line at which others stand, as past the lock that
 * they wait for; then the main thread. Children have answered before their parents.
 */
function byLikelihood(all: readonly Judged[]): (one: Judged, other: Judged) => number {
  const lines = linesByFunction(all);
  const measures = new Map(all.map((stack) => [stack, measuresOf(stack, lines)]));
  return (one, other) => {
    const [ours = [], theirs = []] = [measures.get(one), measures.get(other)];
    const differences = ours.map((measure, index) => (theirs[index] ?? 0) - measure);
    return differences.find((difference) => difference !== 0) ?? 0;
  };
}

type Lines = ReadonlyMap<string, readonly number[]>;

/** At which lines of each function stacks stand. */
function linesByFunction(all: readonly Judged[]): Lines {
  const lines = new Map<string, number[]>();
  for (const { culprit } of all)
    if (culprit !== null)
      lines.set(functionOf(culprit), [...(lines.get(functionOf(culprit)) ?? []), culprit.line]);
  return lines;
}

function measuresOf({ rank, serves, of, isMain, process, frames }: Judged, lines: Lines): number[] {
  const isCandidate = rank >= RANKS.indexOf('waits for others');
  const passed = frames.flatMap((frame) =>
    (lines.get(functionOf(frame)) ?? []).filter((line) => line < frame.line),
  );
  const isFirst = [isCandidate, isCandidate && serves].map(Number);
  return [...isFirst, rank, ...[of === 'thread', passed.length > 0, isMain, -process].map(Number)];
}

function functionOf({ file, function: name }: Frame): string {
  return `${file} ${name}`;
}

function write({ of, isMain, frames }: Judged): string {
  const lines = frames.map(({ file, line, function: name }) => `  File "${file}", line ${line}, in ${name}`);
  return [
    `${of === 'task' ? 'Task' : isMain ? 'Main thread' : 'Thread'}, the innermost call first:`,
    ...lines,
  ].join('\n');
}

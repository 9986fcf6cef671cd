// What runs in the fake's containers: scripted programs, told apart by the image's name.

import type { InitProcess } from '../../../agent/model/observed.ts';
import type { Random } from '../../../lib/time/clock.ts';

/** What a program knows when a container with it starts. */
export interface RunContext {
  /** 1 at the container's first start. */
  readonly run: number;
  /** In force, that is asked for and enforced; 0 for none. */
  readonly memoryLimitBytes: number;
  readonly init: InitProcess;
  readonly random: Random;
}

/** One run, planned at its start. Times count from there. */
export interface Run {
  /** When it ends by itself; `null`: it runs on. */
  readonly exit: { readonly afterMs: number; readonly code: number; readonly isOom?: boolean } | null;
  /** From when on it answers probes; `Infinity`: never. */
  readonly answersFromMs: number;
  /** From when on it does not answer any more, though it runs; `Infinity`: never. */
  readonly hangsFromMs: number;
  /** How long it takes to end on SIGTERM; `Infinity`: it has to be killed. */
  readonly stopTakesMs: number;
  /** What it leaves with on SIGTERM: 143 when it does not handle it. */
  readonly stopCode: number;
  /** Services of its deployment that must answer for it to answer. */
  readonly needs: readonly string[];
  /** What it writes to its log at its start. */
  readonly lines: readonly string[];
}

export type Program = (context: RunContext) => Run;

const GOOD: Run = {
  exit: null,
  answersFromMs: 200,
  hangsFromMs: Number.POSITIVE_INFINITY,
  stopTakesMs: 50,
  stopCode: 143,
  needs: [],
  lines: ['started'],
};

const run =
  (change: Partial<Run>): Program =>
  () => ({ ...GOOD, ...change });

export const programs = {
  healthy: run({}),
  slowToStart: (afterMs: number) => run({ answersFromMs: afterMs }),
  /** Runs, and never answers a probe. */
  neverAnswers: run({ answersFromMs: Number.POSITIVE_INFINITY }),
  hangsAfter: (afterMs: number) => run({ hangsFromMs: afterMs }),
  exitsAfter: (afterMs: number, code: number) =>
    run({ exit: { afterMs, code }, lines: ['started', `leaving with ${code}`] }),
  crashesAtOnce: run({
    exit: { afterMs: 20, code: 1 },
    lines: ['Traceback (most recent call last):', 'ValueError'],
  }),
  /** Handles SIGTERM, and calls it a success. */
  stopsCleanly: run({ stopCode: 0 }),
  slowToStop: (takesMs: number) => run({ stopTakesMs: takesMs }),
  ignoresSigterm: run({ stopTakesMs: Number.POSITIVE_INFINITY }),
  /** Answers only while its neighbours do. */
  needs: (...services: string[]) => run({ needs: services }),
  /** Ends at once where the engine's init process is PID 1, as all that is built on s6-overlay does. */
  onlyAsPid1:
    (program: Program): Program =>
    (context) =>
      context.init === 'engine'
        ? {
            ...GOOD,
            exit: { afterMs: 20, code: 100 },
            lines: ['s6-overlay-suexec: fatal: can only run as pid 1'],
          }
        : program(context),
  /** Grows until its memory limit kills it; with no limit in force it runs on. */
  leaks:
    (bytesPerSecond: number): Program =>
    ({ memoryLimitBytes }) => ({
      ...GOOD,
      exit:
        memoryLimitBytes === 0
          ? null
          : { afterMs: (memoryLimitBytes / bytesPerSecond) * 1000, code: 137, isOom: true },
    }),
  /** Behaves as `first` for so many runs of a container, then as `then`. */
  changesAfter:
    (runs: number, first: Program, then: Program): Program =>
    (context) =>
      context.run <= runs ? first(context) : then(context),
  /** Leaves after a long run, then crashes at once for so many runs, and all over again. */
  stumbles:
    (afterMs: number, crashes: number): Program =>
    (context) =>
      (context.run - 1) % (crashes + 1) === 0
        ? programs.exitsAfter(afterMs, 1)(context)
        : programs.crashesAtOnce(context),
} as const;

/** Which program an image runs. May change at any time: the next start of a container follows. */
export class ProgramTable {
  readonly #programs = new Map<string, Program>();

  set(image: string, program: Program): void {
    this.#programs.set(image, program);
  }

  /** The program of an image; a healthy one when nothing was set. */
  of(image: string): Program {
    return this.#programs.get(image) ?? programs.healthy;
  }
}

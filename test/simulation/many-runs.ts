// Many seeds over some processes, until there are enough, the time is over or one has failed.
import { type ChildProcess, fork } from 'node:child_process';
import { addRun, NO_RUNS, type Totals } from './report.ts';
import type { RunOptions, RunResult } from './run.ts';
import type { Answer, Order } from './worker.ts';

export interface ManyOptions {
  readonly firstSeed: number;
  /** Runs at most, and how long new ones are begun. */
  readonly maxRuns: number;
  readonly maxMs: number;
  readonly workers: number;
  readonly options: RunOptions;
}

/** A process that crashed rejects. */
export async function runMany(many: ManyOptions): Promise<{ totals: Totals; failed: RunResult | null }> {
  const endMs = performance.now() + many.maxMs;
  let totals = NO_RUNS;
  let failed: RunResult | null = null;
  let seed = many.firstSeed;
  const mayGoOn = (): boolean =>
    failed === null && seed < many.firstSeed + many.maxRuns && performance.now() < endMs;
  const work = async (): Promise<void> => {
    const child = startWorker();
    while (mayGoOn()) {
      seed += 1;
      const { result, cpuMs } = await ask(child, { seed: seed - 1, options: many.options });
      totals = addRun(totals, result, cpuMs);
      if (result.violation !== null && (failed === null || result.seed < failed.seed)) failed = result;
    }
    child.disconnect();
  };
  await Promise.all(Array.from({ length: many.workers }, work));
  return { totals, failed };
}

function startWorker(): ChildProcess {
  const loader = import.meta.resolve('tsx');
  return fork(new URL('./worker.ts', import.meta.url), { execArgv: ['--import', loader] });
}

function ask(child: ChildProcess, order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error(`the process of seed ${order.seed} ended`));
    child.once('exit', onExit);
    child.once('message', (answer: Answer) => {
      child.off('exit', onExit);
      resolve(answer);
    });
    child.send(order);
  });
}

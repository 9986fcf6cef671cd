// A process that runs the seeds it is sent, and answers each with its result and the CPU time it took.

import type { RunOptions, RunResult } from './run.ts';
import { runSimulation } from './run.ts';

export interface Order {
  readonly seed: number;
  readonly options: RunOptions;
}

export interface Answer {
  readonly result: RunResult;
  readonly cpuMs: number;
}

process.on('message', (order: Order) => {
  const before = process.cpuUsage();
  void runSimulation(order.seed, order.options).then((result) => {
    const { user, system } = process.cpuUsage(before);
    const answer: Answer = { result, cpuMs: (user + system) / 1000 };
    process.send?.(answer);
  });
});

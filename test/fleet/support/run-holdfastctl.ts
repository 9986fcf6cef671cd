// Runs the command line in this process, with everything around it stood in for.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../../fleet/ctl/context/context.ts';
import { run } from '../../../fleet/ctl/run.ts';
import type { ExitCode } from '../../../lib/program/exit-codes.ts';

export interface RunResult {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly broker?: string;
  readonly environment?: Record<string, string>;
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Called with all of stdout so far. */
  readonly onStdout?: (stdout: string) => void;
}

export async function runHoldfastctl(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  let stdout = '';
  let stderr = '';
  const columns = options.isTerminal === true ? (options.columns ?? 60) : null;
  const isTerminal = options.isTerminal === true;
  const broker = options.broker === undefined ? {} : { HOLDFAST_BROKER: options.broker };
  const context: Context = {
    stdout: {
      isTerminal,
      columns,
      write: (text) => {
        stdout += text;
        options.onStdout?.(stdout);
      },
    },
    stderr: { isTerminal, columns, write: (text) => (stderr += text) },
    readStdin: () => ({ ok: true, text: options.stdin ?? '' }),
    environment: { ...broker, ...options.environment },
    cwd: options.cwd ?? new URL('../../fixtures/compose', import.meta.url).pathname,
    signal: options.signal ?? new AbortController().signal,
    now: () => new Date('2026-11-22T10:00:00Z'),
    monotonicMs: () => performance.now(),
    // Long waits are for brokers that need them, and none of a test does.
    pause: (ms, signal) => sleep(Math.min(ms, 300), undefined, { signal }).catch(() => undefined),
  };
  const code = await run(args, context);
  return { code, stdout, stderr };
}

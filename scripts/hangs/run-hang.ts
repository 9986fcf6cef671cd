// A program that hangs is run and asked for its threads, as the agent asks a container, and ended.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutputLine } from '../../agent/model/last-words.ts';
import { ASK_THREADS } from '../../agent/python/ask-threads.ts';
import { START_HOOK } from '../../agent/python/hook.ts';
import type { Python } from '../rig/pythons.ts';

export interface HangRun {
  readonly output: readonly OutputLine[];
  /** From the question to the last line of the dump. */
  readonly tookMs: number;
  /** Whether it went on after it was asked. */
  readonly isAlive: boolean;
}

/** From when it says that it is about to hang until it does. */
const SETTLE_MS = 700;
const QUIET_MS = 150;
const MAX_MS = 5000;
const TIMEOUT_MS = 20_000;

/** In process and mount namespaces of its own, as a container has them. */
export async function runHang(python: Python, script: string): Promise<HangRun> {
  const hook = await mkdtemp(path.join(tmpdir(), 'holdfast-hook-'));
  await writeFile(path.join(hook, 'sitecustomize.py'), START_HOOK);
  const child = spawn(
    'unshare',
    ['--pid', '--fork', '--kill-child', '--mount-proc', python.program, ...python.args, script],
    {
      env: { PATH: process.env.PATH, PYTHONPATH: hook, PYTHONDONTWRITEBYTECODE: '1', LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
    await sleep(SETTLE_MS);
    errors = '';
    const askedMs = performance.now();
    await ask(python, child.pid ?? 0);
    const tookMs = await untilQuiet(() => errors.length, askedMs);
    const output = errors.split('\n').map((text) => ({ stream: 'stderr' as const, text }));
    return { output, tookMs, isAlive: child.exitCode === null && child.signalCode === null };
  } finally {
    child.kill('SIGKILL');
    await ended;
    await rm(hook, { recursive: true, force: true });
  }
}

/** As `docker exec` would: in the namespaces of the program. */
function ask({ program, args }: Python, pid: number): Promise<void> {
  const asker = spawn(
    'nsenter',
    [
      `--pid=/proc/${pid}/ns/pid_for_children`,
      `--mount=/proc/${pid}/ns/mnt`,
      program,
      ...args,
      '-I',
      '-S',
      '-c',
      ASK_THREADS,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], timeout: TIMEOUT_MS },
  );
  return new Promise((resolve, reject) => {
    asker.once('error', reject);
    asker.once('close', () => resolve());
  });
}

/** The time from the question to the last growth. */
async function untilQuiet(length: () => number, fromMs: number): Promise<number> {
  let [known, grewMs] = [length(), performance.now()];
  while (performance.now() - grewMs < QUIET_MS && performance.now() - fromMs < MAX_MS) {
    await sleep(10);
    if (length() === known) continue;
    [known, grewMs] = [length(), performance.now()];
  }
  return grewMs - fromMs;
}

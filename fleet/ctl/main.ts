// The composition root of `holdfastctl`: ties the command line to this process, and decides nothing.
// Tested in test/fleet/launcher.test.ts.
import { setTimeout } from 'node:timers/promises';
import { readText } from '../../lib/document/read-file.ts';
import { handleOutputErrors } from '../../lib/program/output-errors.ts';
import { columnsOf } from '../../lib/render/width.ts';
import type { Context, Output } from './context/context.ts';
import { readEnvironment } from './environment.ts';
import { run } from './run.ts';

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => interrupted.abort(new Error(name)));

function toOutput(stream: NodeJS.WriteStream): Output {
  // Every command comes to an end by itself, and what has been begun is followed to it.
  handleOutputErrors(stream, () => undefined);
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return columnsOf(stream);
    },
    write: (text) => stream.write(text),
  };
}

const context: Context = {
  stdout: toOutput(process.stdout),
  stderr: toOutput(process.stderr),
  readStdin: (maxBytes) => readText(0, maxBytes),
  environment: readEnvironment(),
  cwd: process.cwd(),
  signal: interrupted.signal,
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  pause: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
};

process.exitCode = await run(process.argv.slice(2), context);

// The entry of the `holdfast` command: gives it this process's streams, clock and signals.
// Tested in test/agent/cli/launcher.test.ts.
import type { WriteStream } from 'node:tty';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { readCliEnvironment, readColourWish } from '../environment.ts';
import type { CliOutput } from './context.ts';
import { runCommand } from './run.ts';
import { VERBS } from './verbs.ts';

// `ps` and `top` would show the name of Node's main thread.
process.title = 'holdfast';

function openOutput(stream: WriteStream): CliOutput {
  return {
    write: (text) => {
      stream.write(text);
    },
    columns: stream.isTTY ? stream.columns : null,
    hasColour: stream.isTTY === true && readColourWish(),
  };
}

/** The first signal asks to end; a second one of its kind ends at once, as `once` leaves the default. */
function listenForSignals(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGTERM', () => controller.abort());
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}

// As in `holdfast status | head`: nobody reads any more, which is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.good : EXIT.badNews);
});

const context = {
  environment: readCliEnvironment(),
  out: openOutput(process.stdout),
  err: openOutput(process.stderr),
  now: () => new Date(),
  signal: listenForSignals(),
};

// No top-level await: the release bundle is CommonJS. The exit is explicit, so that a handle which somebody
// forgot cannot keep a stopped agent alive; on Linux all writes to stdout and stderr are done by then.
runCommand(process.argv.slice(2), context, VERBS).then(
  (code) => process.exit(code),
  // As Node has it where nobody takes it: with its stack, and exit code 1.
  (error: unknown) =>
    setImmediate(() => {
      throw error;
    }),
);

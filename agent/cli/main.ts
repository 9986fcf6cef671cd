// The entry of the `holdfast` command: gives it this process's streams, clock and signals.
// Tested in test/agent/cli/launcher.test.ts.
import { handleOutputErrors, NOBODY_READS } from '../../lib/program/output-errors.ts';
import { readCliEnvironment, readColourWish } from '../environment.ts';
import { openOutput } from './open-output.ts';
import { runCommand } from './run.ts';
import { VERBS } from './verbs.ts';

// `ps` and `top` would show the name of Node's main thread.
process.title = 'holdfast';

/** The first signal asks to end; a second one of its kind ends at once, as `once` leaves the default. */
function listenForSignals(ending: AbortController): void {
  process.once('SIGTERM', () => ending.abort());
  process.once('SIGINT', () => ending.abort());
}

const ending = new AbortController();
listenForSignals(ending);
handleOutputErrors(process.stdout, () => ending.abort(NOBODY_READS));

const context = {
  environment: readCliEnvironment(),
  out: openOutput(process.stdout, readColourWish()),
  err: openOutput(process.stderr, readColourWish()),
  now: () => new Date(),
  signal: ending.signal,
};

// No top-level await: the release bundle is CommonJS. The exit is explicit, so that a handle which somebody
// forgot cannot keep a stopped agent alive; on Linux all writes to stdout and stderr are done by then. That one of them
// failed is heard a moment later.
runCommand(process.argv.slice(2), context, VERBS).then(
  (code) => setImmediate(() => process.exit(code)),
  // As Node has it where nobody takes it: with its stack, and exit code 1.
  (error: unknown) =>
    setImmediate(() => {
      throw error;
    }),
);

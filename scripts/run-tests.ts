// Runs the tests and closes with the plain line `N passed, N failed`, whatever the reporter above it prints.
import { startVitest } from 'vitest/node';

const vitest = await startVitest('test', process.argv.slice(2), { watch: false, run: true });
const files = vitest.state.getTestModules();
const tests = files.flatMap((file) => [...file.children.allTests()]);
const passed = tests.filter((test) => test.result().state === 'passed').length;
const failed = tests.filter((test) => test.result().state === 'failed').length;
const skipped = tests.length - passed - failed;
// A file that could not be loaded, and an error outside any test, fail the run without a failed test.
const isBroken =
  files.some((file) => file.state() === 'failed') || vitest.state.getUnhandledErrors().length > 0;
await vitest.close();
const alsoFailed = isBroken && failed === 0 ? 1 : 0;
process.stdout.write(
  `\n${passed} passed, ${failed + alsoFailed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exitCode = failed + alsoFailed > 0 || tests.length === 0 ? 1 : 0;

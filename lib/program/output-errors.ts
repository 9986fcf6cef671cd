// What becomes of a command whose output cannot be written.
// Tested in test/agent/cli/launcher.test.ts.
import { describeSystemError, systemErrorCode } from '../failures/system-error.ts';
import { EXIT } from './exit-codes.ts';

/** Why a command ends that would go on for ever: as with the tools of the field that is no interrupt, and good news. */
export const NOBODY_READS = 'nobody reads the output';

/**
 * Ends the process with bad news where the stream takes nothing, as on a full disk. That nobody reads any more, as in
 * `status | head`, is no fault: `onUnread` may end what would go on for ever, and the exit code is that of the command,
 * as a script that reads a part must not take bad news for good.
 */
export function handleOutputErrors(stream: NodeJS.WriteStream, onUnread: () => void): void {
  stream.on('error', (error: Error) => {
    if (systemErrorCode(error) === 'EPIPE') return onUnread();
    process.stderr.write(`The output cannot be written: ${describeSystemError(error)}.\n`);
    process.exit(EXIT.badNews);
  });
}

// What the last log lines of a service add to the reason why it fails.
import type { Reason } from '../../protocol/status.ts';

/** The init that the engine puts before the command says so; the exit code alone could be the command's own. */
const NO_SUCH_COMMAND =
  /^(?:\[FATAL tini \(\d+\)\] exec .+ failed: |ERROR \(catatonit:\d+\): failed to exec )/;

export function withLog(reason: Reason, lines: readonly string[]): Reason {
  if (lines.length === 0) return reason;
  const log = [...lines];
  const isMissing = reason.code === 'exited' && lines.some((line) => NO_SUCH_COMMAND.test(line));
  if (!isMissing) return { ...reason, log };
  const hint = 'the command or entrypoint is not in the image, or not a program that this device can run';
  return { ...reason, code: 'command_not_found', hint, log };
}

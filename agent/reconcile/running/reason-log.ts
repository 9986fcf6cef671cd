// What the last log lines of a service add to the reason why it fails.
import type { ReasonCode } from '../../../protocol/reports/reasons.ts';
import type { Reason } from '../../model/reason.ts';

interface Saying {
  readonly words: RegExp;
  /** Where the words say more than the exit. */
  readonly code?: ReasonCode;
  readonly hint: string;
}

const SAYINGS: readonly Saying[] = [
  {
    // The init that the engine puts before the command says so; the exit code alone could be the command's own.
    words: /^(?:\[FATAL tini \(\d+\)\] exec .+ failed: |ERROR \(catatonit:\d+\): failed to exec )/,
    code: 'command_not_found',
    hint: 'the command or entrypoint is not in the image, or not a program that this device can run',
  },
  {
    // s6-overlay, where another init process is PID 1.
    words: /^s6-overlay-suexec: fatal: can only run as pid 1/,
    hint: 'the image brings an init process that must be PID 1: say init: false, and no pid of another',
  },
];

export function withLog(reason: Reason, lines: readonly string[]): Reason {
  if (lines.length === 0) return reason;
  const log = [...lines];
  const said = SAYINGS.find(({ words }) => lines.some((line) => words.test(line)));
  if (said === undefined || reason.code !== 'exited') return { ...reason, log };
  return { ...reason, code: said.code ?? reason.code, hint: said.hint, log };
}

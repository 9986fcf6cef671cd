// What an exit code above 128 means: the signal that ended the process, and who may have sent it.
// Tested in test/agent/reconcile/tell/last-failure.test.ts.
import type { ServiceFailure } from '../../model/record.ts';

/** By number, as on Linux. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT (an interrupt, from outside)',
  3: 'SIGQUIT',
  4: 'SIGILL (an instruction that this processor does not know)',
  5: 'SIGTRAP',
  6: 'SIGABRT (it gave up by itself)',
  7: 'SIGBUS (a fault in reading memory or a mapped file)',
  8: 'SIGFPE (a fault in arithmetic)',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV (a segmentation fault)',
  12: 'SIGUSR2',
  13: 'SIGPIPE (what it wrote to was closed)',
  14: 'SIGALRM',
  15: 'SIGTERM (asked to end, from outside)',
  31: 'SIGSYS (a system call that is not allowed)',
};

/** `null` where no signal ended it. What the agent itself stops is no failure, so a kill is never the agent's. */
export function signalInWords({ code, exitCode }: ServiceFailure): string | null {
  if (code === 'oom_killed') return 'SIGKILL by the kernel, for passing its memory limit';
  const signal = exitCode === null || exitCode <= 128 ? undefined : SIGNALS[exitCode - 128];
  if (signal !== 'SIGKILL') return signal ?? null;
  return "SIGKILL from outside: somebody's kill or stop, or the kernel for want of memory";
}

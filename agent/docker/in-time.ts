// Calls that end a container: how long the engine may take to say that it has.
// Tested in test/integration/agent/engine-faults.test.ts.
import { signalAfter } from '../../lib/time/timer.ts';
import type { StepOutcome } from '../model/steps.ts';

/** An engine that has not killed the container so long after the grace hangs. */
const MARGIN_MS = 60_000;

/**
 * Carries out a stop with no `t`: so the engine gives the container the grace that it was made with. An engine that hangs
 * at one container may well answer everything else, so it is not taken to be away.
 */
export async function inTime(
  { graceMs }: { readonly graceMs: number },
  stop: (patience: { abortSignal: AbortSignal }) => Promise<StepOutcome>,
): Promise<StepOutcome> {
  const abortSignal = signalAfter(graceMs + MARGIN_MS);
  try {
    return await stop({ abortSignal });
  } catch (error) {
    if (!abortSignal.aborted) throw error;
    const message = `the engine has not ended the container ${MARGIN_MS / 1000} s after its grace of ${graceMs / 1000} s`;
    return {
      ok: false,
      code: 'stop_timeout',
      message,
      hint: 'its own log may tell why: journalctl -u docker',
    };
  }
}

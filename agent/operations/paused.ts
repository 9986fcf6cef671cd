// What is refused while a deployment is paused, or is to be.
// Tested in test/agent/operations/retry.test.ts.
import type { Pause } from '../model/record.ts';
import type { Refused } from './offer.ts';

/** Whoever knows the pauses; `null`: there is none. */
export interface Pauses {
  pauseOf(deployment: string): Pause | null;
}

/** Why it is not done now; `null`: the deployment is not paused. */
export function refusePaused(deployment: string, pauses: Pauses): Refused | null {
  const pause = pauses.pauseOf(deployment);
  if (pause === null) return null;
  const until = pause.until === null ? 'is to be paused' : `is paused until ${pause.until}`;
  const message = `"${deployment}" ${until}: ${pause.reason}; to end that: holdfast resume ${deployment}`;
  return { kind: 'refused', code: 'paused', message };
}

// Gates: what an update waits for between the pull and the switch. A rollback waits for nothing.
import type { Deployment } from '../../protocol/deployment.ts';
import { windowStateAt } from '../../protocol/update-window.ts';
import type { Gate } from './situation.ts';

/** A hold ends when a file goes, which nobody tells; a window's clock may jump. */
const LOOK_AGAIN_MS = 5000;

export interface GateFacts {
  readonly wallTime: Date;
  /** Whether a local program holds this deployment. */
  readonly isHeld: boolean;
}

/** What keeps the switch to this document waiting; `null` when nothing does. */
export function gateOf(document: Deployment, { wallTime, isHeld }: GateFacts): Gate | null {
  if (document.state === 'absent') return null;
  const { hold, window } = document.update;
  if (hold && isHeld) {
    const message = 'a program on the device holds the update';
    const hint = `it goes on when the file hold/${document.name} under the data directory is removed`;
    return { reason: { code: 'held', message, hint }, lookAgainInMs: LOOK_AGAIN_MS };
  }
  const state = window === undefined ? null : windowStateAt(window, wallTime);
  if (state === null || state.isOpen) return null;
  const until =
    state.opensAt === null ? 'which never comes again' : `which opens at ${state.opensAt.toISOString()}`;
  return {
    reason: { code: 'window', path: 'update.window', message: `waits for the update window, ${until}` },
    lookAgainInMs: LOOK_AGAIN_MS,
  };
}

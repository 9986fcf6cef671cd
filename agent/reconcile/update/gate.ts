// Gates: what an update waits for between the pull and the switch. A rollback waits for nothing.

import { type UpdateWindow, windowStateAt } from '../../../protocol/values/update-window.ts';
import type { DesiredDeployment } from '../../model/desired-deployment.ts';
import type { Gate } from '../../model/facts.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord } from '../../model/record.ts';

/** A hold ends when a file goes, which nobody tells; a window's clock may jump. */
const LOOK_AGAIN_MS = 5000;
const HOUR_MS = 60 * 60_000;
/** Then the clock is believed as it is: a device that never reaches a time server is updated all the same. */
const CLOCK_LIMIT_MS = 24 * HOUR_MS;

export interface GateFacts {
  readonly wallTime: Date;
  /** `null` where nobody tells: the clock is then believed. */
  readonly isClockSynchronised: boolean | null;
  /** How long this switch has waited for the clock. */
  readonly waitedForClockMs: number;
  /** Whether a local program holds this deployment. */
  readonly isHeld: boolean;
  /** Whether somebody asked that this switch waits no longer. It ends no program's hold. */
  readonly isSwitchAsked: boolean;
}

/**
 * Whether a program on the device can rely on it that no switch begins while it holds this document: none is under way,
 * no way back either.
 */
export function keepsHold(document: DesiredDeployment, { attempt, phase }: DeploymentRecord): boolean {
  if (document.state !== 'present' || !document.update.mayBeHeld) return false;
  return phase !== 'switching' && (attempt === null || attempt.stage === 'pulling');
}

/** What keeps the switch to this document waiting; `null` when nothing does. */
export function gateOf(document: DesiredDeployment, facts: GateFacts): Gate | null {
  if (document.state !== 'present') return null;
  const { mayBeHeld, window } = document.update;
  if (mayBeHeld && facts.isHeld) return heldGate(document.name);
  if (window === null || facts.isSwitchAsked) return null;
  const leftMs = CLOCK_LIMIT_MS - facts.waitedForClockMs;
  if (facts.isClockSynchronised === false && leftMs > 0) return clockGate(leftMs);
  return windowGate(window, facts.wallTime);
}

function heldGate(name: string): Gate {
  const message = 'a program on the device holds the update';
  const hint = `it goes on when the file hold/${name} under the data directory is removed`;
  return { waitsFor: 'hold', reason: { code: 'held', message, hint }, lookAgainInMs: LOOK_AGAIN_MS };
}

/** Told by the hour: each new message is written and sent. */
function clockGate(leftMs: number): Gate {
  const hours = Math.ceil(leftMs / HOUR_MS);
  const message = `the clock is not synchronised, so whether the update window is open is not known; in ${hours} h the clock is believed as it is`;
  const hint = 'let the device reach a time server, or set its clock';
  const reason: Reason = { code: 'clock_not_synchronised', path: 'update.window', message, hint };
  return { waitsFor: 'clock', reason, lookAgainInMs: LOOK_AGAIN_MS };
}

function windowGate(window: UpdateWindow, wallTime: Date): Gate | null {
  const state = windowStateAt(window, wallTime);
  if (state.isOpen) return null;
  const until =
    state.opensAt === null ? 'which never comes again' : `which opens at ${state.opensAt.toISOString()}`;
  const message = `waits for the update window, ${until}`;
  return {
    waitsFor: 'window',
    reason: { code: 'window', path: 'update.window', message },
    lookAgainInMs: LOOK_AGAIN_MS,
  };
}

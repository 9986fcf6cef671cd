// A pause: for a while nothing is done for a deployment, as somebody asked for it. It is counted in time that the agent runs,
// so that neither a clock that is set nor a device that is off ends it or makes it longer than that.
import { PHASE_TABLE } from './phases.ts';
import type { DeploymentRecord, Pause } from './record.ts';

/** Who asked: somebody on the device, or somebody of the fleet. */
export type Asker = Pause['by'];

export interface PauseAsked {
  readonly forMs: number;
  readonly reason: string;
  readonly by: Asker;
}

interface When {
  readonly nowMs: number;
  /** ISO 8601. */
  readonly wallTime: string;
}

const HOUR_MS = 60 * 60_000;
/** What a restart of the agent forgets at most, as a share of the whole; each note is a write. */
const NOTES = 12;
/** What a start costs of it at most: a device that starts again and again must come to the end too. */
const START_COSTS_MS = 60_000;
/** The end that is told follows the clock; what differs by less is told as it was. */
const CLOCK_DIFFERS_MS = 60_000;

/** It has not begun yet: what is under way ends first. */
export function askPause({ forMs, reason, by }: PauseAsked, { wallTime }: When): Pause {
  return { forMs, leftMs: forMs, sinceMs: null, askedAt: wallTime, until: null, reason, by };
}

export function beginPause(pause: Pause, { nowMs, wallTime }: When): Pause {
  return { ...pause, sinceMs: nowMs, until: endAt(wallTime, pause.leftMs) };
}

/** How much of it is left; of one that has not begun, all. */
export function leftOf({ leftMs, sinceMs }: Pause, nowMs: number): number {
  return sinceMs === null ? leftMs : leftMs - (nowMs - sinceMs);
}

/** The pause as it is to be stored now: mostly as it was. `null`: it is over. */
export function agePause(pause: Pause, when: When): Pause | null {
  if (pause.sinceMs === null) return pause;
  const leftMs = leftOf(pause, when.nowMs);
  if (leftMs <= 0) return null;
  const isNoteDue = when.nowMs - pause.sinceMs >= Math.min(HOUR_MS, pause.forMs / NOTES);
  const differsMs = Date.parse(pause.until ?? '') - Date.parse(when.wallTime) - leftMs;
  if (!isNoteDue && Math.abs(differsMs) < CLOCK_DIFFERS_MS) return pause;
  return beginPause({ ...pause, leftMs }, when);
}

/** A pause read back after a start: what was not noted of it is lost, and so it loses a little. */
export function resumePause(pause: Pause, nowMs: number): Pause {
  if (pause.sinceMs === null) return pause;
  const costsMs = Math.min(START_COSTS_MS, pause.forMs / NOTES);
  return { ...pause, leftMs: Math.max(0, pause.leftMs - costsMs), sinceMs: nowMs };
}

/** Whether it has begun. */
export function isPaused({ pause }: Pick<DeploymentRecord, 'pause'>): boolean {
  return pause !== undefined && pause.sinceMs !== null;
}

/** Between the switch and the proof of an update, and on the way back from one. */
export function isChanging({ attempt, phase }: Pick<DeploymentRecord, 'attempt' | 'phase'>): boolean {
  return attempt === null ? phase === 'switching' : PHASE_TABLE[attempt.stage].countsStarts;
}

export function withPause(record: DeploymentRecord, pause: Pause | undefined): DeploymentRecord {
  const { pause: _, ...rest } = record;
  return pause === undefined ? rest : { ...rest, pause };
}

function endAt(wallTime: string, leftMs: number): string {
  return new Date(Date.parse(wallTime) + leftMs).toISOString();
}

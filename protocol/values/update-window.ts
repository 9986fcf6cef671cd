// Update windows: when a device may switch to a new revision.
import { Cron } from 'croner';

interface Openings {
  /** Five fields of cron(5): when the window opens. */
  readonly cron: string;
  /** IANA time zone; UTC unless given. */
  readonly zone: string;
}

export interface UpdateWindow extends Openings {
  readonly lengthMs: number;
}

/** Whether a document is valid must not depend on when it is asked. */
const ANY_MOMENT = new Date('2026-01-01T00:00:00Z');

/** Why a window makes no sense, by its field; `null` when it does. */
export function checkUpdateWindow(window: Openings): { field: keyof Openings; message: string } | null {
  const fields = window.cron.trim().split(/\s+/);
  // The library knows more than cron(5), such as `?` for the moment at which it is asked.
  if (fields.length !== 5 || !fields.every((field) => /^[\dA-Za-z*,/-]+$/.test(field)))
    return { field: 'cron', message: 'five fields as in cron(5), such as "0 2 * * *"' };
  try {
    new Intl.DateTimeFormat('en', { timeZone: window.zone });
  } catch {
    return { field: 'zone', message: 'an IANA time zone such as "Europe/Berlin"' };
  }
  try {
    if (cronOf(window).nextRun(ANY_MOMENT) === null) return { field: 'cron', message: 'never comes' };
  } catch (error) {
    return {
      field: 'cron',
      message: error instanceof Error ? error.message.replace('CronPattern: ', '') : 'not a cron expression',
    };
  }
  return null;
}

export type WindowState =
  | { readonly isOpen: true; readonly closesAt: Date }
  | { readonly isOpen: false /** `null` when it never opens again. */; readonly opensAt: Date | null };

/** Whether a valid window is open at `now`. */
export function windowStateAt(window: UpdateWindow, now: Date): WindowState {
  const cron = cronOf(window);
  // One millisecond later, so that the moment of opening itself counts as open.
  const [opened] = cron.previousRuns(1, new Date(now.getTime() + 1));
  const closesAt = opened === undefined ? null : new Date(opened.getTime() + window.lengthMs);
  if (closesAt !== null && closesAt > now) return { isOpen: true, closesAt };
  return { isOpen: false, opensAt: cron.nextRun(now) };
}

function cronOf({ cron, zone }: Openings): Cron {
  return new Cron(cron, { timezone: zone, paused: true });
}

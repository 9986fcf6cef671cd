// What an update entity of Home Assistant is told of a deployment. Source of the fields:
// https://www.home-assistant.io/integrations/update.mqtt/ (state_topic). One that is not of the documented type has Home
// Assistant pass over the whole message.
import { REASONS } from '../../protocol/reports/reasons.ts';
import type { Phase, RevisionRef, ServiceStatus, Status } from '../../protocol/reports/status.ts';
import { cutText } from '../../protocol/values/text.ts';

export interface UpdateState {
  readonly installed_version: string;
  readonly latest_version: string;
  readonly title: string;
  /** At most 255 characters. Home Assistant shows it as Markdown. */
  readonly release_summary: string;
  readonly in_progress: boolean;
  /** From 0 to 100; `null`: not known. */
  readonly update_percentage: number | null;
}

const MAX_SUMMARY = 255;
const IN_PROGRESS: readonly Phase[] = ['pulling', 'switching', 'proving'];
/** Their messages are the agent's own words. In others what registries, engines and services wrote is quoted. */
const OWN_WORDS: ReadonlySet<string> = new Set(['window', 'clock_not_synchronised', 'held']);

/** `desired` is what the status says. */
export function updateStateOf(status: Status, desired: RevisionRef): UpdateState {
  return {
    installed_version: status.running === null ? 'none' : String(status.running.revision),
    latest_version: latestVersion(status.running, desired),
    title: status.deployment,
    release_summary: cutText(summaryOf(status, desired), MAX_SUMMARY),
    in_progress: IN_PROGRESS.includes(status.phase),
    update_percentage: status.phase === 'pulling' ? percentageOf(Object.values(status.services)) : null,
  };
}

/**
 * Home Assistant offers what is another version and no lower one; what cannot be compared it offers too. A device that comes
 * back to its group's document may have to go to a lower revision, or to another content of the same.
 */
function latestVersion(running: RevisionRef | null, { revision, hash }: RevisionRef): string {
  const isHigher = running === null || revision > running.revision || hash === running.hash;
  return isHigher ? String(revision) : `${revision} (${hash.replace('sha256:', '').slice(0, 8)})`;
}

function summaryOf({ phase, reason }: Status, { revision }: RevisionRef): string {
  const what = `Revision ${revision}: ${phase.replace('_', ' ')}`;
  if (reason === null) return what;
  const { code, message } = reason;
  const why = OWN_WORDS.has(code) ? message : meaningOf(code);
  return why === null ? `${what}, ${code.replace(/[^a-z_]/g, '')}` : `${what}, ${why}`;
}

/** `null` for a code that this version does not know. */
function meaningOf(code: string): string | null {
  const row = Object.entries(REASONS).find(([known]) => known === code)?.[1];
  return row?.[2] ?? null;
}

/** In whole percent, so that a pull is told a hundred times at most. */
function percentageOf(services: readonly ServiceStatus[]): number | null {
  const all = services.flatMap(({ progress }) => progress ?? []);
  const total = all.reduce((sum, { total_bytes: bytes }) => sum + bytes, 0);
  const done = all.reduce((sum, { current_bytes: bytes }) => sum + bytes, 0);
  return total === 0 ? null : Math.min(100, Math.floor((done / total) * 100));
}

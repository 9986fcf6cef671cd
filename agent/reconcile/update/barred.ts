// Contents that did not prove themselves here. What the content has shown to be its own fault stays barred until told to
// try again; for anything else it is barred for a time, as the port or the disk may be free by then.

import { equalJitter, nextCeilingMs } from '../../../lib/time/back-off.ts';
import { isOfTheContent } from '../../../protocol/reports/reasons.ts';
import type { Moment } from '../../model/facts.ts';
import type { Reason } from '../../model/reason.ts';
import type { BarredContent, DeploymentRecord } from '../../model/record.ts';
import { later } from '../running/failures.ts';

/** Long, as each try may take the old revision away for a moment. */
const TRY_AGAIN = { baseMs: 10 * 60_000, capMs: 6 * 60 * 60_000 };
/** More than a manager publishes in a bad week; the oldest is forgotten first. */
const MAX_BARRED = 20;

/** A content, why it is barred, and how it failed. */
type Failing = Pick<BarredContent, 'content' | 'reason'> & Required<Pick<BarredContent, 'failed'>>;

/**
 * Bars a content. What it has not shown itself may do elsewhere, or later: a firewall that is reloaded, a log server that is
 * down, a full disk. It is then barred for a time, each time for longer, and the reason tells when it is tried again.
 */
export function bar(
  record: DeploymentRecord,
  { content, reason, failed }: Failing,
  moment: Moment,
): DeploymentRecord {
  const before = barOf(record, content);
  const barred = isOfTheContent(reason.code)
    ? { content, reason }
    : barForNow({ content, reason }, before?.retry?.tries ?? 0, moment);
  const others = othersThan(withoutFailures(record), content);
  return { ...record, barred: [...others, { ...barred, failed }].slice(-MAX_BARRED) };
}

/** How services failed is of interest until the next update that fails or is good: it may be long. */
export function withoutFailures(record: DeploymentRecord): DeploymentRecord {
  const barred = record.barred.map((entry) => {
    if (entry.failed?.services === undefined) return entry;
    const { services: _, ...failed } = entry.failed;
    return { ...entry, failed };
  });
  return { ...record, barred };
}

export function withoutBar(record: DeploymentRecord, content: string): DeploymentRecord {
  return { ...record, barred: othersThan(record, content) };
}

export function barOf(record: DeploymentRecord, content: string): BarredContent | null {
  return record.barred.find((entry) => entry.content === content) ?? null;
}

/** How long until a bar lifts itself: 0 when it has, `null` when it never does. */
export function liftsInMs({ retry }: BarredContent, nowMs: number): number | null {
  return retry === undefined ? null : Math.max(0, retry.atMs - nowMs);
}

function barForNow(
  { content, reason }: { content: string; reason: Reason },
  tries: number,
  { nowMs, wallTime, chance }: Moment,
): BarredContent {
  const ceilingMs = nextCeilingMs({ limits: TRY_AGAIN, failures: tries });
  const delayMs = equalJitter(ceilingMs, chance);
  const when = `it is tried again by itself, not before ${later(wallTime, delayMs)}`;
  const hint = reason.hint === undefined ? when : `${reason.hint}; ${when}`;
  return {
    content,
    reason: { ...reason, hint },
    retry: { tries: tries + 1, delayMs, atMs: nowMs + delayMs },
  };
}

function othersThan({ barred }: DeploymentRecord, content: string): readonly BarredContent[] {
  return barred.filter((entry) => entry.content !== content);
}

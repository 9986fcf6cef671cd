// What becomes of each device, told to people when it happens.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import { describeBar, formatReason } from '../../../lib/reports/reason-words.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { formatDuration } from '../../../protocol/values/duration.ts';
import type { DeviceView } from '../../view/fleet-view.ts';
import { type DesiredRevision, isOurs } from '../../view/judge-status.ts';
import { describeFailures, describeProgress } from '../render/describe-status.ts';
import type { Display } from './display.ts';
import type { Followed, Settled } from './follow.ts';
import type { Ended } from './outcome.ts';

/** Good news go to stdout, bad news to stderr. */
export function reportEnded(
  { device, desired }: Followed,
  { settled, elapsedMs }: Ended,
  { display, status }: { readonly display: Display; readonly status: Status | undefined },
): void {
  display.settle(device);
  if (settled.kind !== 'missed') {
    const after = elapsedMs === null ? '' : ` after ${formatDuration(elapsedMs)}`;
    display.print(`${device}: ${describeGood(settled, desired, status)}${after}`);
    return;
  }
  display.fail(`error: ${device}: ${describeMiss(settled)}`);
  const wasSo = elapsedMs === null;
  for (const line of explainMiss(settled, { desired, status, wasSo })) display.fail(line);
}

type Missed = Extract<Settled, { readonly kind: 'missed' }>;

/** A reason that has no other code than the outcome would only say it twice. */
function describeMiss({ outcome, reason }: Missed): string {
  return `${outcome}: ${reason.code === outcome ? reason.message : formatReason(reason)}`;
}

function describeGood(
  settled: Exclude<Settled, { readonly kind: 'missed' }>,
  desired: DesiredRevision,
  status: Status | undefined,
): string {
  if (settled.kind === 'sits_out')
    return `has taken revision ${desired.revision}, is not in the roll-out yet, and keeps what it runs`;
  const isOwn = status === undefined || status.source === desired.source;
  if (isOwn) return `${settled.phase} at revision ${desired.revision}`;
  return `follows ${status.source} again: ${settled.phase} at its revision ${status.desired?.revision ?? '?'}`;
}

/** The time was up for it. */
export function reportLate(
  { device, desired }: Followed,
  elapsedMs: number,
  { display, view }: { readonly display: Display; readonly view: DeviceView },
): void {
  const status = view.statuses.get(desired.name);
  const stands = describeProgress(status, desired).text;
  display.fail(`error: ${device}: timed out after ${formatDuration(elapsedMs)}: ${stands}`);
  const isSilent = status === undefined || !isOurs(status, desired);
  if (isSilent && view.presence?.online === true)
    display.fail(
      'hint: it counts as online and has not answered: its agent may be frozen, or the line has just broken',
    );
}

interface Ending {
  readonly desired: DesiredRevision;
  readonly status: Status | undefined;
  /** It stood so before, and nothing was published. */
  readonly wasSo: boolean;
}

function explainMiss({ outcome, reason }: Missed, ending: Ending): string[] {
  const { status } = ending;
  const hint = reason.hint === undefined ? [] : [`hint: ${reason.hint}`];
  const log = (reason.log ?? []).map((line) => `  | ${line}`);
  const running = status?.running ?? null;
  const runs = running === null ? [] : [`  revision ${running.revision} runs`];
  const isOfServices = outcome === 'failed' || outcome === 'rolled_back';
  const failures = isOfServices ? describeFailures(status?.services ?? {}).map((line) => `  ${line}`) : [];
  const earlier = isOfServices ? explainEarlier(ending) : NO_EARLIER;
  return [...earlier.lines, ...log, ...failures, ...runs, ...hint, ...earlier.hints];
}

interface Earlier {
  readonly lines: readonly string[];
  readonly hints: readonly string[];
}

const NO_EARLIER: Earlier = { lines: [], hints: [] };

/** What failed before, and was not tried for this command, is no news of what was changed since. */
function explainEarlier({ desired, status, wasSo }: Ending): Earlier {
  const barred = status?.barred;
  if (barred === undefined)
    return wasSo
      ? { ...NO_EARLIER, lines: ['  it has stood so since before: nothing was published'] }
      : NO_EARLIER;
  if (!wasSo && barred.revision === desired.revision) return NO_EARLIER;
  return {
    lines: [`  this ${describeBar(barred, 'there')}: it was not tried now`],
    hints: [
      `hint: publish changed content; or, with the cause removed, run on the device: holdfast retry ${desired.name}`,
    ],
  };
}

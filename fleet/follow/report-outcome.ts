// What becomes of each device, told to people when it happens.
import { formatDuration } from '../../protocol/duration.ts';
import type { Status } from '../../protocol/status.ts';
import { describeFailures, describeProgress, formatReason } from '../devices/describe-status.ts';
import type { Goal } from '../devices/judge-status.ts';
import type { Display } from './display.ts';
import type { Followed, Settled } from './follow.ts';
import type { Ended } from './outcome.ts';

/** Good news go to stdout, bad news to stderr. */
export function reportEnded(
  { device, goal }: Followed,
  { settled, elapsedMs }: Ended,
  { display, status }: { readonly display: Display; readonly status: Status | undefined },
): void {
  display.settle(device);
  if (settled.kind !== 'missed') {
    const after = elapsedMs === null ? '' : ` after ${formatDuration(elapsedMs)}`;
    display.print(`${device}: ${describeGood(settled, goal, status)}${after}`);
    return;
  }
  display.fail(`error: ${device}: ${settled.outcome}: ${formatReason(settled.reason)}`);
  for (const line of explainMiss(settled, status)) display.fail(line);
}

function describeGood(
  settled: Exclude<Settled, { readonly kind: 'missed' }>,
  goal: Goal,
  status: Status | undefined,
): string {
  if (settled.kind === 'sits_out')
    return `has taken revision ${goal.revision}, is not in the roll-out yet, and keeps what it runs`;
  const isOwn = status === undefined || status.source === goal.source;
  if (isOwn) return `${settled.phase} at revision ${goal.revision}`;
  return `follows ${status.source} again: ${settled.phase} at its revision ${status.desired?.revision ?? '?'}`;
}

/** The time was up for it. */
export function reportLate(
  { device, goal }: Followed,
  elapsedMs: number,
  { display, status }: { readonly display: Display; readonly status: Status | undefined },
): void {
  const stands = describeProgress(status, goal).text;
  display.fail(`error: ${device}: timed out after ${formatDuration(elapsedMs)}: ${stands}`);
}

function explainMiss(
  { outcome, reason }: Extract<Settled, { readonly kind: 'missed' }>,
  status: Status | undefined,
): string[] {
  const hint = reason.hint === undefined ? [] : [`hint: ${reason.hint}`];
  const log = (reason.log ?? []).map((line) => `  | ${line}`);
  const running = status?.running ?? null;
  const runs = running === null ? [] : [`  revision ${running.revision} runs`];
  const isOfServices = outcome === 'failed' || outcome === 'rolled_back';
  const failures = isOfServices ? describeFailures(status?.services ?? {}).map((line) => `  ${line}`) : [];
  return [...log, ...failures, ...runs, ...hint];
}

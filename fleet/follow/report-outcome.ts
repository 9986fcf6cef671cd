// The end of `--wait`, told to people and programs, and as an exit code.
import { formatDuration } from '../../protocol/duration.ts';
import type { Status } from '../../protocol/status.ts';
import { formatAddressee } from '../../protocol/topics.ts';
import { describeFailures, describeProgress, formatReason } from '../devices/describe-status.ts';
import type { Verdict } from '../devices/judge-status.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { type Host, writeLine } from '../host.ts';
import type { Outcome } from './follow-session.ts';

interface ReportOptions {
  readonly host: Host;
  readonly isJson: boolean;
}

/** Writes the end for each device; good news on stdout, bad news on stderr. */
export function reportOutcome(outcome: Outcome, { host, isJson }: ReportOptions): ExitCode {
  if (!isJson) {
    for (const [device, verdict] of outcome.verdicts) reportDevice(device, verdict, outcome, host);
    const nobody = explainNobody(outcome);
    if (nobody !== null) writeLine(host.stderr, `error: ${nobody}`);
  }
  return exitCodeOf(outcome);
}

function reportDevice(device: string, verdict: Verdict, outcome: Outcome, host: Host): void {
  const { goal, elapsedMs } = outcome;
  const status = outcome.view.deviceOf(device).statuses.get(goal.name);
  const after = formatDuration(elapsedMs);
  if (verdict.kind === 'reached') {
    writeLine(host.stdout, `${device}: ${verdict.phase} at revision ${goal.revision} after ${after}`);
  } else if (verdict.kind === 'pending') {
    writeLine(
      host.stderr,
      `error: ${device}: timed out after ${after}: ${describeProgress(status, goal).text}`,
    );
  } else {
    writeLine(host.stderr, `error: ${device}: ${verdict.outcome}: ${formatReason(verdict.reason)}`);
    for (const line of explainMiss(verdict, status)) writeLine(host.stderr, line);
  }
}

function explainMiss(verdict: Extract<Verdict, { kind: 'missed' }>, status: Status | undefined): string[] {
  const { outcome, reason } = verdict;
  const hint = reason.hint === undefined ? [] : [`hint: ${reason.hint}`];
  const log = (reason.log ?? []).map((line) => `  | ${line}`);
  const running = status?.running ?? null;
  const runs = running === null ? [] : [`  revision ${running.revision} runs`];
  const isOfServices = outcome === 'failed' || outcome === 'rolled_back';
  const failures = isOfServices ? describeFailures(status?.services ?? {}).map((line) => `  ${line}`) : [];
  return [...log, ...failures, ...runs, ...hint];
}

/** Why there was nobody to wait for, where that is bad news; a roll-out may well start with nobody. */
function explainNobody({ verdicts, expectations, to }: Outcome): string | null {
  if (verdicts.size > 0) return null;
  if (expectations.length === 0) {
    return `no device reports to be of ${formatAddressee(to)}; the document is kept for those that will`;
  }
  const isTold = expectations.some((one) => one.kind === 'skipped' && one.why === 'rollout');
  return isTold ? null : `none of the devices of ${formatAddressee(to)} could be waited for`;
}

function exitCodeOf(outcome: Outcome): ExitCode {
  const kinds = [...outcome.verdicts.values()].map(({ kind }) => kind);
  if (kinds.includes('missed') || explainNobody(outcome) !== null) return EXIT.badNews;
  return kinds.includes('pending') ? EXIT.timedOut : EXIT.good;
}

/** The end as `--json` tells it. */
export function summarizeOutcome(outcome: Outcome): Record<string, unknown> {
  const { expectations, verdicts, view, goal, elapsedMs } = outcome;
  const devices = expectations.map((expectation) => {
    const { device, note } = expectation;
    const status = view.deviceOf(device).statuses.get(goal.name) ?? null;
    if (expectation.kind === 'skipped')
      return { device, outcome: 'skipped', why: expectation.why, note, status };
    return { device, ...describeVerdict(verdicts.get(device)), note, status };
  });
  return { elapsed_ms: Math.round(elapsedMs), exit_code: exitCodeOf(outcome), devices };
}

function describeVerdict(verdict: Verdict | undefined): Record<string, unknown> {
  if (verdict === undefined || verdict.kind === 'pending') return { outcome: 'timed_out' };
  if (verdict.kind === 'reached') return { outcome: verdict.phase };
  return { outcome: verdict.outcome, reason: verdict.reason };
}

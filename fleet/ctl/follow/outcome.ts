// How the waiting for one publication ended, for programs and as an exit code.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import { EXIT, type ExitCode } from '../../../lib/program/exit-codes.ts';
import { type Addressee, formatAddressee } from '../../../protocol/topics.ts';
import type { Expectation } from '../../view/expect-devices.ts';
import type { FleetView } from '../../view/fleet-view.ts';
import type { DesiredRevision } from '../../view/judge-status.ts';
import type { Settled } from './follow.ts';

/** What became of one device. */
export interface Ended {
  readonly settled: Settled;
  /** From the publishing on; `null` where it had settled before, with nothing to publish. */
  readonly elapsedMs: number | null;
}

export interface Outcome {
  readonly to: Addressee;
  readonly desired: DesiredRevision;
  readonly expectations: readonly Expectation[];
  /** By device; those that the time was up for are not among them. */
  readonly ended: ReadonlyMap<string, Ended>;
}

/** Why there was nobody to wait for, which is bad news. */
export function explainNobody({ expectations, to }: Outcome): string | null {
  if (expectations.some(({ kind }) => kind === 'awaited')) return null;
  if (expectations.length === 0)
    return `no device reports to be of ${formatAddressee(to)}; the document is kept for those that will`;
  return `none of the devices of ${formatAddressee(to)} could be waited for`;
}

/** Of several the worst. */
export function exitCodeOf(outcomes: readonly Outcome[]): ExitCode {
  const isBad = (outcome: Outcome): boolean =>
    explainNobody(outcome) !== null ||
    [...outcome.ended.values()].some(({ settled }) => settled.kind === 'missed');
  if (outcomes.some(isBad)) return EXIT.badNews;
  const isLate = ({ expectations, ended }: Outcome): boolean =>
    expectations.some(({ kind, device }) => kind === 'awaited' && !ended.has(device));
  return outcomes.some(isLate) ? EXIT.timedOut : EXIT.good;
}

/** `converged`, `removed`, `not_in_rollout`, `rolled_back`, `failed`, `refused`, `superseded` or `timed_out`. */
function outcomeOf(ended: Ended | undefined): string {
  if (ended === undefined) return 'timed_out';
  const { settled } = ended;
  if (settled.kind === 'reached') return settled.phase;
  return settled.kind === 'sits_out' ? 'not_in_rollout' : settled.outcome;
}

/** Each device as `--json` tells it. */
export function devicesOf({ expectations, ended, desired }: Outcome, view: FleetView): object[] {
  return expectations.map((expectation) => {
    const { device, note } = expectation;
    const status = view.deviceOf(device).statuses.get(desired.name) ?? null;
    if (expectation.kind === 'skipped')
      return { device, outcome: 'skipped', why: expectation.why, note, status };
    const end = ended.get(device);
    const reason = end?.settled.kind === 'missed' ? { reason: end.settled.reason } : {};
    return { device, outcome: outcomeOf(end), ...reason, elapsed_ms: end?.elapsedMs ?? null, note, status };
  });
}

/** `2 of 3 converged, 1 rolled back; 1 not waited for`: worth a line where there is more than one device. */
export function summarize(outcomes: readonly Outcome[]): string | null {
  const all = outcomes.flatMap(({ expectations, ended }) =>
    expectations.map(({ kind, device }) => (kind === 'skipped' ? 'skipped' : outcomeOf(ended.get(device)))),
  );
  if (all.length < 2) return null;
  const counts = new Map<string, number>();
  for (const outcome of all) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const skipped = counts.get('skipped') ?? 0;
  counts.delete('skipped');
  const good = outcomes[0]?.desired.state === 'present' ? 'converged' : 'removed';
  const reached = counts.get(good) ?? 0;
  counts.delete(good);
  const others = [...counts].map(([outcome, count]) => `${count} ${WORDS[outcome] ?? outcome}`);
  const waited = [`${reached} of ${all.length - skipped} ${good}`, ...others].join(', ');
  return skipped === 0 ? waited : `${waited}; ${skipped} not waited for`;
}

const WORDS: Readonly<Record<string, string>> = {
  rolled_back: 'rolled back',
  timed_out: 'timed out',
  not_in_rollout: 'not in the roll-out yet',
};

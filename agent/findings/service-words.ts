// A service in words, as evidence.
// Tested in test/agent/findings/find.test.ts.
import { describeGrowth, type FailedInUpdate } from '../../lib/reports/failure-words.ts';
import type { LastFailure, ServiceStatus } from '../../protocol/reports/status.ts';

/** `name` as it is typed: `DEPLOYMENT/SERVICE`. */
export function evidenceOf(name: string, service: ServiceStatus): string[] {
  const { container, last_failure: failure } = service;
  const next = failure?.next_try_at;
  return [
    ...describeEnd(failure),
    describePresent(service),
    ...(next === undefined ? [] : [`next try at ${next}`]),
    ...(container === null ? [] : [`its log: holdfast logs ${name}`]),
  ];
}

/** Of an update that was taken back: how it failed there, and what runs in its place. */
export function evidenceOfUpdate(
  { revision, failure }: FailedInUpdate,
  present: ServiceStatus | undefined,
): string[] {
  const { failures, at } = failure;
  const times = failures > 1 ? ` ${failures} times, the last time` : '';
  return [
    `revision ${revision} failed${times} at ${at}`,
    ...describeEnd(failure),
    ...(present === undefined ? [] : [`now: ${describePresent(present)}`]),
  ];
}

/** The signal, and how its memory grew. */
function describeEnd(failure: LastFailure | null): string[] {
  const growth = describeGrowth(failure?.memory);
  return [
    ...(failure?.signal === undefined ? [] : [failure.signal]),
    ...(growth === null ? [] : [`memory: ${growth}`]),
  ];
}

function describePresent({ state, health, exit_code: exitCode, restarts, image }: ServiceStatus): string {
  const end = state === 'exited' && exitCode !== null ? ` with code ${exitCode}` : '';
  const restarted = restarts === 0 ? '' : `, ${restarts} restarts`;
  return `${state === 'running' ? `${state}, ${health}` : `${state}${end}`}${restarted}; image ${image}`;
}

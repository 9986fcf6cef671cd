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
  name: string,
  { revision, failure }: FailedInUpdate,
  present: ServiceStatus | undefined,
): string[] {
  const { failures, at, exit_code: exitCode, log = [] } = failure;
  const hasRun = typeof exitCode === 'number' || log.length > 0;
  const times = failures > 1 ? ` ${failures} times, the last time` : '';
  return [
    `revision ${revision} failed${times} at ${at}`,
    ...describeEnd(failure),
    ...(hasRun ? [`its log: holdfast logs ${name} --previous`] : []),
    ...(present === undefined ? [] : [`now: ${describePresent(present)}`]),
  ];
}

/** The signal, how its memory grew, and how often the exception came. */
function describeEnd(failure: LastFailure | null): string[] {
  const growth = describeGrowth(failure?.memory);
  return [
    ...(failure?.signal === undefined ? [] : [failure.signal]),
    ...(growth === null ? [] : [`memory: ${growth}`]),
    ...howOften(failure),
  ];
}

function describePresent({ state, health, exit_code: exitCode, restarts, image }: ServiceStatus): string {
  const end = state === 'exited' && exitCode !== null ? ` with code ${exitCode}` : '';
  const times = restarts === 1 ? 'once' : `${restarts} times`;
  const restarted = restarts === 0 ? '' : `, restarted ${times} since its container was created`;
  return `${state === 'running' ? `${state}, ${health}` : `${state}${end}`}${restarted}; image ${image}`;
}

function howOften(failure: LastFailure | null): string[] {
  const { python, count = 1, first_at: first } = failure ?? {};
  if (python === undefined || count < 2) return [];
  return [`${python.type} has come ${count} times${first === undefined ? '' : `, first at ${first}`}`];
}

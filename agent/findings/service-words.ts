// A service in words, as evidence.
// Tested in test/agent/findings/find.test.ts.
import { describePython } from '../../lib/reports/failure-words.ts';
import type { ServiceStatus } from '../../protocol/reports/status.ts';

/** Behind what is said of its failure: the exception that explains it. */
export function causeOf(service: ServiceStatus | undefined): string {
  const failure = service?.last_failure ?? null;
  const python = failure === null ? null : describePython(failure);
  return python === null ? '' : `: ${python}`;
}

/** `name` as it is typed: `DEPLOYMENT/SERVICE`. */
export function evidenceOf(name: string, service: ServiceStatus): string[] {
  const { state, health, exit_code: exitCode, restarts, container, image } = service;
  const end = state === 'exited' && exitCode !== null ? ` with code ${exitCode}` : '';
  const restarted = restarts === 0 ? '' : `, ${restarts} restarts`;
  const failure = service.last_failure;
  const next = failure?.next_try_at;
  return [
    ...(failure?.signal === undefined ? [] : [failure.signal]),
    `${state === 'running' ? `${state}, ${health}` : `${state}${end}`}${restarted}; image ${image}`,
    ...(next === undefined ? [] : [`next try at ${next}`]),
    ...(container === null ? [] : [`its log: holdfast logs ${name}`]),
  ];
}

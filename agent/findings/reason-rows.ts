// What statuses give as their reason, and what follows from it for a deployment.
// Tested in test/agent/findings/find.test.ts.

import { describeCause, type FailedInUpdate, failedInUpdate } from '../../lib/reports/failure-words.ts';
import type { Severity } from '../../protocol/reports/finding.ts';
import type { Reason, ServiceStatus, Status } from '../../protocol/reports/status.ts';
import { type Candidate, deploymentSubject, type Found, type Row, serviceSubject } from './candidate.ts';
import type { Facts } from './facts.ts';
import { fixOf } from './remedies.ts';
import { evidenceOf, evidenceOfUpdate } from './service-words.ts';

/** Waits that somebody asked for. */
const MEANT: ReadonlySet<string> = new Set(['window', 'held', 'not_in_rollout', 'paused']);
const OF_PHASES: ReadonlySet<string> = new Set([
  'update_rolled_back',
  'deployment_failed',
  'deployment_degraded',
]);

/** Not told: what takes no part in a roll-out is as it should be. */
export function reasonOf({ phase, reason }: Status): Reason | null {
  if (reason === null || phase === 'removed' || reason.code === 'not_in_rollout') return null;
  return reason;
}

/** The service that the reason's path names; `null` where it is about something else. */
export function serviceIn({ reason, services }: Status): string | null {
  const path = `${reason?.path ?? ''}.`;
  return Object.keys(services).find((name) => path.startsWith(`services.${name}.`)) ?? null;
}

function severityOf({ phase }: Status, { code }: Reason): Severity {
  if (MEANT.has(code)) return 'info';
  return phase === 'degraded' || phase === 'rolled_back' || phase === 'failed' ? 'error' : 'warning';
}

function foundIn(status: Status): Found[] {
  const reason = reasonOf(status);
  if (reason === null) return [];
  const { deployment } = status;
  const { code, path, message, hint, log } = reason;
  const failed = failedInUpdate(status);
  const name = failed?.name ?? serviceIn(status);
  const service = name === null ? undefined : status.services[name];
  const failure = failed?.failure ?? service?.last_failure;
  const isUp = status.phase === 'degraded' && service?.state === 'running';
  const isPathTold = path !== undefined && path !== '' && name === null;
  return [
    {
      code,
      severity: severityOf(status, reason),
      subject: name === null ? deploymentSubject(deployment) : serviceSubject(deployment, name),
      title: `${name === null ? deployment : `${deployment}/${name}`}${isPathTold ? `, ${path}` : ''}: ${message}${describeCause(failure)}`,
      ...(status.since === undefined ? {} : { since: status.since }),
      evidence: evidenceIn(`${deployment}/${name}`, failed, service),
      log: log ?? failure?.log ?? [],
      fix: fixOf(code, { deployment, service: name, isUp }, hint),
    },
  ];
}

function evidenceIn(
  name: string,
  failed: FailedInUpdate | null,
  service: ServiceStatus | undefined,
): readonly string[] {
  if (failed !== null) return evidenceOfUpdate(name, failed, service);
  return service === undefined ? [] : evidenceOf(name, service);
}

function isOfSameDeployment(one: Candidate, other: Candidate): boolean {
  return one.deployment !== null && one.deployment === other.deployment;
}

/** Whether a service waits for another or lives in its namespaces, over however many. */
function needs({ needs: all }: Facts, deployment: string, [from, to]: readonly [string, string]): boolean {
  const of = all[deployment] ?? {};
  const seen = new Set<string>();
  const queue = [from];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    queue.push(...(of[at] ?? []));
  }
  return false;
}

/** What nobody repairs follows from the pause. What a deployment has come to follows from its reason; a service that needs another, from that one's failure. */
export function causesInDeployment(cause: Candidate, other: Candidate, facts: Facts): boolean {
  if (!isOfSameDeployment(cause, other)) return false;
  if (cause.code === 'paused') return OF_PHASES.has(other.code) || other.row.code === 'service_down';
  if (OF_PHASES.has(other.code)) return cause.severity !== 'info';
  const [deployment, from, to] = [cause.deployment, other.service, cause.service];
  if (deployment === null || from === null || to === null || from === to) return false;
  return needs(facts, deployment, [from, to]);
}

/** With a reason's code as its own: the table of reasons in the documentation tells of each. */
export const REASON_ROW: Row = {
  ...{ code: 'reason', severity: 'error', visibleAfterMs: 0 },
  meaning: 'see [reason codes](#reason-codes): each is a finding under its own code',
  mend: 'the hint says what to do',
  find: ({ statuses }) => statuses.flatMap(foundIn),
  causes: causesInDeployment,
};

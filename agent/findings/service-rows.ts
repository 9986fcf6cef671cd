// Services that fail beside the one that is given as the reason, and those that fail again and again and are well at most
// looks.
// Tested in test/agent/findings/find.test.ts.
import { describeCause } from '../../lib/reports/failure-words.ts';
import type { Event } from '../../protocol/reports/events.ts';
import type { ServiceStatus, Status } from '../../protocol/reports/status.ts';
import { formatDuration } from '../../protocol/values/duration.ts';
import { byItself, type Found, type Row, serviceSubject } from './candidate.ts';
import type { Facts } from './facts.ts';
import { causesInDeployment, reasonOf, serviceIn } from './reason-rows.ts';
import { fixOf } from './remedies.ts';
import { evidenceOf } from './service-words.ts';

/** So often within so long a service has failed too often, though it runs now. */
const OFTEN = 3;
const WINDOW_MS = 60 * 60_000;

type FailedService = ServiceStatus & { readonly last_failure: NonNullable<ServiceStatus['last_failure']> };

interface Failing {
  readonly status: Status;
  readonly name: string;
  readonly service: FailedService;
}

/** All but those whose failure is the deployment's reason. */
function failingServices({ statuses }: Facts): Failing[] {
  return statuses.flatMap((status) =>
    Object.entries(status.services).flatMap(([name, service]) => {
      if (status.phase === 'removed' || !hasFailed(service)) return [];
      const isReason = reasonOf(status) !== null && serviceIn(status) === name;
      return isReason ? [] : [{ status, name, service }];
    }),
  );
}

function hasFailed(service: ServiceStatus): service is FailedService {
  return service.last_failure !== null;
}

function isUp({ state, health }: ServiceStatus): boolean {
  return state === 'running' && health !== 'unhealthy';
}

function isDone({ state, exit_code: code }: ServiceStatus): boolean {
  return state === 'exited' && code === 0;
}

function toFound({ status, name, service }: Failing, changes: Partial<Found>): Found {
  const { deployment } = status;
  const { code, message } = service.last_failure;
  return {
    code,
    subject: serviceSubject(deployment, name),
    title: `${deployment}/${name}: ${message}${describeCause(service.last_failure)}`,
    since: service.last_failure.at,
    evidence: evidenceOf(`${deployment}/${name}`, service),
    log: service.last_failure.log ?? [],
    fix: fixOf(code, { deployment, service: name }, undefined),
    ...changes,
  };
}

/** Of one service within the last hour, the newest first. */
function recentFailures({ status, name }: Failing, { events, now }: Facts): Event[] {
  return events().filter(
    ({ type, deployment, service, at }) =>
      type === 'service_failed' &&
      deployment === status.deployment &&
      service === name &&
      now.getTime() - Date.parse(at) <= WINDOW_MS,
  );
}

function failingOften(failing: Failing, facts: Facts): Found[] {
  const failures = recentFailures(failing, facts);
  const first = failures.at(-1);
  if (failures.length < OFTEN || first === undefined) return [];
  const { deployment } = failing.status;
  const { message, at } = failing.service.last_failure;
  const span = formatDuration(Math.max(1000, Date.parse(at) - Date.parse(first.at)));
  const times = `has failed ${failures.length} times within ${span}, and runs now`;
  const title = `${deployment}/${failing.name} ${times}; the last time: ${message}${describeCause(failing.service.last_failure)}`;
  // What to do about a failure that is over may not be true any more.
  const fix = byItself('if it fails again, read its last lines; this is told for an hour');
  return [toFound(failing, { title, since: first.at, fix })];
}

export const SERVICE_ROWS: readonly Row[] = [
  {
    ...{ code: 'service_down', severity: 'error', visibleAfterMs: 0 },
    meaning:
      'a service has failed and does not run, beside the one that is told as the reason; with the code of its failure',
    mend: 'read its last lines',
    find: (facts) =>
      failingServices(facts)
        .filter(({ service }) => !isUp(service) && !isDone(service))
        .map((failing) => toFound(failing, {})),
    causes: causesInDeployment,
  },
  {
    ...{ code: 'service_fails_often', severity: 'warning', visibleAfterMs: 0 },
    meaning: 'a service fails again and again, and is well at most looks; with the code of its failure',
    mend: 'read its last lines',
    find: (facts) =>
      failingServices(facts)
        .filter(({ service }) => isUp(service))
        .flatMap((failing) => failingOften(failing, facts)),
    causes: causesInDeployment,
  },
  {
    ...{ code: 'service_waits', severity: 'warning', visibleAfterMs: 0 },
    meaning: 'a service is not started, as what it needs is not there',
    mend: 'see what that one fails of',
    find: ({ statuses, needs }) =>
      statuses
        .filter(({ phase }) => phase !== 'converged' && phase !== 'removed')
        .flatMap(({ deployment, services }) =>
          Object.entries(services).flatMap(([name, service]): Found[] => {
            const needed = needs[deployment]?.[name] ?? [];
            const isWaiting = service.state === 'missing' || service.state === 'created';
            if (!isWaiting || service.last_failure !== null || needed.length === 0) return [];
            const title = `${deployment}/${name} waits for ${needed.join(' and ')}`;
            return [{ subject: serviceSubject(deployment, name), title, visibleAfterMs: 30_000, fix: null }];
          }),
        ),
    causes: causesInDeployment,
  },
];

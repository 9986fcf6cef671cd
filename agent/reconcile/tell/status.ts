// The status body: what is told of a deployment, made from a decision alone.
import type { Phase, ServiceStatus, BoundPort as ToldPort } from '../../../protocol/reports/status.ts';
import { cutText, printable } from '../../../protocol/values/text.ts';
import { inSeconds } from '../../../protocol/values/timestamp.ts';
import type { Decision, ServiceView, StatusBody } from '../../model/decision.ts';
import type { Facts } from '../../model/facts.ts';
import { historyOf } from '../../model/histories.ts';
import type { BoundPort, EffectiveLimits, MutableSettings, ObservedContainer } from '../../model/observed.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import type { Revision } from '../../model/revision.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';
import { isUp } from '../running/select-container.ts';
import { barOf } from '../update/barred.ts';
import { tellFailedServices, tellLastFailure } from './last-failure.ts';

/** Of the words of a fault, which may be as long as a document. */
const MAX_FAULT = 200;
/** Of one service: a range may have hundreds. */
const MAX_PORTS = 64;

/** Why nothing is known of the services. */
type Trouble = Pick<Required<Reason>, 'code' | 'message' | 'hint'>;

export function statusOf({ desired, nowMs }: Facts, decision: Decision): StatusBody {
  const { record } = decision;
  return {
    desired: { revision: desired.revision, hash: desired.hash },
    running: record.proven,
    phase: record.phase,
    reason: record.reason,
    ...barredIn(desired, record),
    ...pauseIn(record),
    services: Object.fromEntries(
      decision.services.map((view) => [view.spec.name, serviceStatus(view, record, nowMs)]),
    ),
  };
}

/** Only while it keeps the device back: a content that is tried again may well prove itself. */
function barredIn(desired: Revision, record: DeploymentRecord): Pick<StatusBody, 'barred'> {
  const failed = barOf(record, desired.content)?.failed;
  const isKeptBack = record.attempt === null && record.proven?.hash !== desired.hash;
  if (failed === undefined || !isKeptBack) return {};
  const { services, ...rest } = failed;
  return {
    barred: services === undefined ? rest : { ...rest, services: tellFailedServices(services) },
  };
}

/** While the engine is away nothing is known of the services, and what was good may not be any more. */
export function statusWithoutEngine(
  { revision, hash }: Revision,
  record: DeploymentRecord,
  trouble: Trouble,
): StatusBody {
  const { code, message, hint } = trouble;
  return {
    desired: { revision, hash },
    running: record.proven,
    phase: record.phase === 'converged' ? 'degraded' : record.phase,
    reason: { code, message, hint } satisfies Reason,
    ...pauseIn(record),
    services: {},
  };
}

/** While nothing can be stored no step is taken: what is asked waits, and of what runs nothing new is known. */
export function statusWithoutStore(
  desired: { readonly revision: number; readonly hash: string },
  record: DeploymentRecord,
  { code, message, hint }: Trouble,
): StatusBody {
  const reason: Reason = { code, message, hint };
  return {
    desired,
    running: record.proven,
    phase: phaseWithoutStore(desired.hash, record),
    reason,
    ...pauseIn(record),
    services: {},
  };
}

/** What was stored by an older agent may be refused by this one: nobody knows any more what is asked. */
export function statusUnreadable(
  desired: { readonly revision: number; readonly hash: string },
  record: DeploymentRecord,
): StatusBody {
  const message = 'the stored document is no longer valid for this version of the agent';
  const hint = 'publish it again under a higher revision';
  const reason: Reason = { code: 'document_unreadable', message, hint };
  return {
    ...{ desired, running: record.proven, phase: 'failed', reason },
    ...pauseIn(record),
    services: {},
  };
}

/** A fault of the agent itself: nobody knows what comes next. What runs is left as it is. */
export function statusWithFault(
  desired: { readonly revision: number; readonly hash: string },
  record: DeploymentRecord,
  fault: string,
): StatusBody {
  const message = `the agent itself fails at this deployment: ${cutText(printable(fault), MAX_FAULT)}`;
  const hint =
    'please report it; it is tried again within the hour, and at once on `retry` or another document';
  return {
    desired,
    running: record.proven,
    phase: 'failed',
    reason: { code: 'internal_error', message, hint } satisfies Reason,
    ...pauseIn(record),
    services: {},
  };
}

function pauseIn({ pause }: DeploymentRecord): Pick<StatusBody, 'pause'> {
  if (pause === undefined) return {};
  const { until, reason, by, askedAt } = pause;
  return { pause: { until, reason, by, asked_at: askedAt } };
}

function phaseWithoutStore(hash: string, { attempt, proven, phase }: DeploymentRecord): Phase {
  if (attempt?.hash === hash) return phase;
  if (proven?.hash !== hash) return 'waiting';
  return phase === 'converged' ? 'degraded' : phase;
}

function serviceStatus(view: ServiceView, record: DeploymentRecord, nowMs: number): ServiceStatus {
  const { container, spec, awaited } = view;
  const history = historyOf(record, spec);
  const end = endOf(view, record);
  return {
    state: stateOf(view),
    health: view.verdict.health,
    image: spec.service.image.text,
    digest: container?.digest ?? null,
    container: container?.id.slice(0, 12) ?? null,
    init: container?.init ?? null,
    ports: portsOf(spec, container?.ports ?? []),
    restarts: history.restarts,
    started_at: container?.startedAt == null ? null : inSeconds(container.startedAt),
    exit_code: end.exitCode,
    oom_killed: end.isOomKilled,
    limits: container === null ? null : limitsOf(spec.settings, container),
    progress:
      awaited?.kind === 'pulling'
        ? { current_bytes: awaited.currentBytes, total_bytes: awaited.totalBytes }
        : null,
    last_failure: tellLastFailure(history, nowMs),
  };
}

/** Those that the document does not name are told first. */
function portsOf({ service }: ServiceSpec, bound: readonly BoundPort[]): ToldPort[] {
  const named = new Set(service.ports.map(({ published }) => published));
  const isNamed = ({ published }: BoundPort): number => Number(named.has(published));
  return bound
    .toSorted((one, other) => isNamed(one) - isNamed(other))
    .slice(0, MAX_PORTS)
    .map(({ target, protocol, hostIp, published }) => ({ target, protocol, host_ip: hostIp, published }));
}

function stateOf(view: ServiceView): ServiceStatus['state'] {
  if (isDoneAndGone(view)) return 'exited';
  const state = view.container?.state ?? 'missing';
  return state === 'removing' ? 'missing' : state;
}

/** How its last run ended. Where the agent ended it, what counts is the failure that led to it. */
function endOf(
  view: ServiceView,
  record: DeploymentRecord,
): { exitCode: number | null; isOomKilled: boolean } {
  const { container, spec } = view;
  if (container === null) return { exitCode: isDoneAndGone(view) ? 0 : null, isOomKilled: false };
  if (isUp(container) || !record.parked.includes(container.id)) {
    const exitCode = container.state === 'running' ? null : container.exitCode;
    return { exitCode, isOomKilled: container.oomKilled };
  }
  const failure = historyOf(record, spec).lastFailure;
  return { exitCode: failure?.exitCode ?? null, isOomKilled: failure?.code === 'oom_killed' };
}

/** Its work is done, and it is told as if the container were still there. */
function isDoneAndGone({ container, needsContainer }: ServiceView): boolean {
  return container === null && !needsContainer;
}

/** What the kernel enforces where its cgroup could be read, else what the engine says it set. */
function limitsOf(
  asked: MutableSettings,
  { effective, settings }: ObservedContainer,
): NonNullable<ServiceStatus['limits']> {
  const { memoryBytes, cpus, pids } = effective ?? limitsIn(settings);
  const lost: ('memory' | 'cpus' | 'pids')[] = [];
  if (isLost(asked.memoryBytes, memoryBytes)) lost.push('memory');
  if (isLost(asked.nanoCpus / 1e9, cpus)) lost.push('cpus');
  if (isLost(asked.pids, pids)) lost.push('pids');
  return { memory_bytes: memoryBytes, cpus, pids, not_enforced: lost };
}

function limitsIn({ memoryBytes, nanoCpus, pids }: MutableSettings): EffectiveLimits {
  const orNull = (value: number): number | null => (value > 0 ? value : null);
  return { memoryBytes: orNull(memoryBytes), cpus: orNull(nanoCpus / 1e9), pids: orNull(pids) };
}

/** The kernel rounds: memory down to pages, processor time to microseconds. */
function isLost(asked: number, inForce: number | null): boolean {
  return asked > 0 && (inForce === null || inForce > asked * 1.001);
}

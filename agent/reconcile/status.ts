// The status body: what is told of a deployment, made from a decision alone.
import type { ServiceStatus } from '../../protocol/status.ts';
import type { MutableSettings } from './observed.ts';
import { type DeploymentRecord, historyOf } from './record.ts';
import type { ServiceSpec } from './service-spec.ts';
import type { Decision, Revision, ServiceView, Situation, StatusBody } from './situation.ts';

export function statusOf(situation: Situation, decision: Decision): StatusBody {
  const { record } = decision;
  const { desired } = situation;
  return {
    desired: { revision: desired.revision, hash: desired.hash },
    running: record.proven,
    phase: record.phase,
    reason: record.reason,
    services: Object.fromEntries(
      decision.services.map((view) => [view.spec.name, serviceStatus(situation, record, view)]),
    ),
  };
}

/** While the engine is away nothing is known of the services, and what was good may not be any more. */
export function statusWithoutEngine(
  { revision, hash }: Revision,
  record: DeploymentRecord,
  trouble: { readonly code: string; readonly message: string; readonly hint: string },
): StatusBody {
  const { code, message, hint } = trouble;
  return {
    desired: { revision, hash },
    running: record.proven,
    phase: record.phase === 'converged' ? 'degraded' : record.phase,
    reason: { code, message, hint },
    services: {},
  };
}

function serviceStatus(situation: Situation, record: DeploymentRecord, view: ServiceView): ServiceStatus {
  const { container, spec } = view;
  const history = historyOf(record, spec);
  const image = view.awaitedImage === null ? undefined : situation.images.get(view.awaitedImage);
  const isUp = container?.state === 'running';
  return {
    state: container === null || container.state === 'removing' ? 'missing' : container.state,
    health: view.verdict.health,
    image: spec.service.image,
    digest: container?.digest ?? null,
    container: container?.id.slice(0, 12) ?? null,
    restarts: history.restarts,
    started_at: container?.startedAt ?? null,
    exit_code: isUp ? null : (container?.exitCode ?? null),
    oom_killed: container?.oomKilled ?? false,
    limits: container === null ? null : limitsOf(spec.settings, container.settings),
    progress:
      image?.kind === 'pulling' ? { current_bytes: image.currentBytes, total_bytes: image.totalBytes } : null,
    last_failure: lastFailure(situation, record, spec),
  };
}

function limitsOf(asked: MutableSettings, shown: MutableSettings): NonNullable<ServiceStatus['limits']> {
  const lost: ('memory' | 'cpus' | 'pids')[] = [];
  if (asked.memoryBytes > 0 && shown.memoryBytes !== asked.memoryBytes) lost.push('memory');
  if (asked.nanoCpus > 0 && shown.nanoCpus !== asked.nanoCpus) lost.push('cpus');
  if (asked.pids > 0 && shown.pids !== asked.pids) lost.push('pids');
  return {
    memory_bytes: shown.memoryBytes > 0 ? shown.memoryBytes : null,
    cpus: shown.nanoCpus > 0 ? shown.nanoCpus / 1e9 : null,
    pids: shown.pids > 0 ? shown.pids : null,
    not_enforced: lost,
  };
}

function lastFailure(
  situation: Situation,
  record: DeploymentRecord,
  spec: ServiceSpec,
): ServiceStatus['last_failure'] {
  const { lastFailure: failure, retryAtMs } = historyOf(record, spec);
  if (failure === null) return null;
  const { code, message, at, exitCode, nextTryAt } = failure;
  const isWaiting = retryAtMs !== null && retryAtMs > situation.nowMs;
  const nextTry = isWaiting ? { next_try_at: nextTryAt } : {};
  return { code, message, at, exit_code: exitCode, ...nextTry };
}

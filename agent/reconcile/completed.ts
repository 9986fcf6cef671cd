// Services that run once. That one has done its work is remembered by what it was asked, as its container may be
// pruned: the work is not to be done twice. Another spec is other work, and `retry` asks for it anew.
import type { ObservedContainer } from './observed.ts';
import type { CompletedService, DeploymentRecord } from './record.ts';
import { afterExit, type ServiceSpec } from './service-spec.ts';

/** Whether a service that was to run once has done so. */
export function isCompleted(
  spec: ServiceSpec,
  container: ObservedContainer | null,
  record: DeploymentRecord,
): boolean {
  if (container === null) return wasCompleted(spec, record);
  if (container.state !== 'exited' || record.parked.includes(container.id)) return false;
  return afterExit(spec, container.exitCode, container.engineRestarts) === 'completed';
}

function wasCompleted(spec: ServiceSpec, { completed = [] }: DeploymentRecord): boolean {
  // The policy is no part of what the hash names, and may have changed since.
  const runsOnce = afterExit(spec, 0, 0) === 'completed';
  return runsOnce && completed.some((done) => isOf(spec, done));
}

export function noteCompletion(
  record: DeploymentRecord,
  spec: ServiceSpec,
  container: ObservedContainer | null,
): DeploymentRecord {
  if (container === null || !isCompleted(spec, container, record)) return record;
  const { completed = [] } = record;
  const done = { service: spec.name, spec: spec.hash, imageId: container.imageId };
  if (completed.some((known) => isOf(spec, known) && known.imageId === done.imageId)) return record;
  return { ...record, completed: [...completed.filter((known) => !isOf(spec, known)), done] };
}

/** What is left of it once nothing asks for the rest; nothing at all where there is nothing left to say. */
export function keepCompleted(
  { completed = [] }: DeploymentRecord,
  isKept: (done: CompletedService) => boolean,
): Pick<DeploymentRecord, 'completed'> {
  const kept = completed.filter(isKept);
  return kept.length === 0 ? {} : { completed: kept };
}

function isOf({ name, hash }: ServiceSpec, { service, spec }: CompletedService): boolean {
  return service === name && spec === hash;
}

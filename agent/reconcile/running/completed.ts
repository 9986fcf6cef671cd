// Services that run once. That one has done its work is remembered by what it was asked, as its container may be
// pruned: the work is not to be done twice. Another spec is other work, and so is another image once it was pulled.
// Tested in test/agent/reconcile/decide.test.ts.

import type { ServiceFacts } from '../../model/decision.ts';
import { type InstanceSpec, instanceOf, keyOf } from '../../model/instance.ts';
import { afterExit } from '../../model/lifecycle.ts';
import type { Attempt, CompletedService, DeploymentRecord } from '../../model/record.ts';

/** Whether a service that was to run once has done so. */
export function isCompleted(
  { spec, container, needsContainer }: Pick<ServiceFacts, 'spec' | 'container' | 'needsContainer'>,
  record: DeploymentRecord,
): boolean {
  if (container === null) return !needsContainer;
  if (container.state !== 'exited' || record.parked.includes(container.id)) return false;
  return afterExit(spec.lifecycle, container.exitCode, container.engineRestarts) === 'completed';
}

/** Whether it has done so for the document `hash`, whatever has become of its container. */
export function wasCompleted(
  spec: InstanceSpec,
  hash: string,
  { completed = [], attempt }: Pick<DeploymentRecord, 'completed' | 'attempt'>,
): boolean {
  return completed.some(
    (done) => isAsked(done, spec) && (attempt?.hash !== hash || isUpToDate(done, attempt)),
  );
}

/** The policy is no part of what the hash names, and may have changed since. */
export function isAsked(done: CompletedService, spec: InstanceSpec): boolean {
  return isOf(spec, done) && afterExit(spec.lifecycle, 0, 0) === 'completed';
}

/** Whether the work was done by the image that has come for the attempt, where one has. */
export function isUpToDate({ service, imageId }: CompletedService, { refreshed = {} }: Attempt): boolean {
  const { service: name } = instanceOf(service);
  return !Object.hasOwn(refreshed, name) || refreshed[name] === imageId;
}

export function noteCompletion(record: DeploymentRecord, view: ServiceFacts): DeploymentRecord {
  const { spec, container } = view;
  if (container === null || !isCompleted(view, record)) return record;
  const { completed = [] } = record;
  const done = { service: keyOf(spec.instance), spec: spec.hash, imageId: container.imageId };
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

function isOf({ instance, hash }: InstanceSpec, { service, spec }: CompletedService): boolean {
  return service === keyOf(instance) && spec === hash;
}

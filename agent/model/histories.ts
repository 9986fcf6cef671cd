// The history of each instance of a service in a record: read, put and changed.
// Tested in test/agent/reconcile/decide.test.ts.
import { type InstanceSpec, keyOf } from './instance.ts';
import type { DeploymentRecord, ServiceFailure, ServiceHistory } from './record.ts';

/** An instance of a service as one revision asks for it: what a history is kept of. */
type SpecRef = Pick<InstanceSpec, 'instance' | 'hash'>;

export function emptyHistory(spec: Pick<SpecRef, 'hash'>): ServiceHistory {
  return {
    spec: spec.hash,
    restarts: 0,
    failuresInRow: 0,
    delayMs: 0,
    retryAtMs: null,
    watched: null,
    lastFailure: null,
    applied: null,
  };
}

export function historyOf(record: DeploymentRecord, spec: SpecRef): ServiceHistory {
  const history = record.services[keyOf(spec.instance)];
  return history?.spec === spec.hash ? history : emptyHistory(spec);
}

export function withHistory(
  record: DeploymentRecord,
  spec: SpecRef,
  history: ServiceHistory,
): DeploymentRecord {
  return { ...record, services: { ...record.services, [keyOf(spec.instance)]: history } };
}

export function mapHistories(
  record: DeploymentRecord,
  change: (history: ServiceHistory) => ServiceHistory,
): DeploymentRecord {
  const services = Object.entries(record.services).map(([name, history]) => [name, change(history)] as const);
  return { ...record, services: Object.fromEntries(services) };
}

/** Whether `after` is a failure that was not there before: its last words come later, and make no other of it. */
export function isNewFailure(before: ServiceFailure | null, after: ServiceFailure): boolean {
  const { lastWords: _, ...failure } = after;
  const { lastWords: __, ...known } = before ?? { lastWords: undefined };
  return JSON.stringify(failure) !== JSON.stringify(known);
}

/** Whether it waits for its next try after a failure. */
export function isHeldBack({ retryAtMs }: ServiceHistory, nowMs: number): boolean {
  return retryAtMs !== null && nowMs < retryAtMs;
}

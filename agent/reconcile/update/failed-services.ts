// What is kept of an update that is taken back, beside its reason: how each of its services failed in it.
// Tested in test/agent/reconcile/update/barred.test.ts.
import { historyOf } from '../../model/histories.ts';
import { type InstanceSpec, instancesOf, keyOf } from '../../model/instance.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord, FailedService } from '../../model/record.ts';
import type { Revision } from '../../model/revision.ts';

/** Those that failed most often, and first the one that the reason names. */
const MAX_SERVICES = 8;

/** Failures since its images were here, by instance. `at` is now, ISO 8601. */
export function failedServices(
  record: DeploymentRecord,
  { document }: Pick<Revision, 'document'>,
  { reason, at }: { readonly reason: Reason; readonly at: string },
): Readonly<Record<string, FailedService>> {
  if (document.state !== 'present') return {};
  const named = (spec: InstanceSpec): boolean => reason.path === `services.${spec.name}`;
  const failed = instancesOf(document.services).flatMap((spec) => {
    const entry = failureIn(record, spec) ?? (named(spec) ? withoutFailure(reason, at) : null);
    return entry === null ? [] : [{ spec, entry }];
  });
  const first = failed.toSorted(
    (one, other) =>
      Number(named(other.spec)) - Number(named(one.spec)) || other.entry.times - one.entry.times,
  );
  return Object.fromEntries(
    first.slice(0, MAX_SERVICES).map(({ spec, entry }) => [keyOf(spec.instance), entry]),
  );
}

function failureIn(record: DeploymentRecord, spec: InstanceSpec): FailedService | null {
  const failure = historyOf(record, spec).lastFailure;
  const times = record.attempt?.failures[keyOf(spec.instance)] ?? 0;
  return failure === null || times === 0 ? null : { failure, times };
}

/** It never failed, and was never good either: its probe never held, say. */
function withoutFailure({ code, message, log }: Reason, at: string): FailedService {
  const failure = { code, message, exitCode: null, at, nextTryAt: at };
  return { failure: log === undefined ? failure : { ...failure, lastWords: { log } }, times: 0 };
}

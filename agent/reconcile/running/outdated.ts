// With `pull_policy: always` a tag may have moved: two containers then have the same spec and another image.
// Which of them carries a revision is settled once, at its switch, and remembered by container id. Nothing
// compares images later, so neither a restart nor another's pull can make a container anew.
// Tested in test/agent/reconcile/decide.test.ts.

import { historyOf, withHistory } from '../../model/histories.ts';
import { type InstanceSpec, isMadeFor, keyOf } from '../../model/instance.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import { isAsked } from './completed.ts';

/** The containers that may carry the document `hash`, and which of them come first. */
export function eligibleFor(
  { hash, specs }: { hash: string; specs: readonly InstanceSpec[] },
  { outdated, completed = [] }: Pick<DeploymentRecord, 'outdated' | 'completed'>,
  containers: readonly ObservedContainer[],
): { containers: readonly ObservedContainer[]; first: readonly string[] } {
  if (outdated?.hash !== hash) {
    const first = outdated?.containers ?? [];
    return { containers: containers.filter((one) => first.includes(one.id) || !isOfOthers(one)), first };
  }
  return { containers: containers.filter(({ id }) => !outdated.containers.includes(id)), first: [] };

  /** A container of a failed update is not used for a job that another image has already completed. */
  function isOfOthers(container: ObservedContainer): boolean {
    const spec = specs.find((one) => isMadeFor(container, one));
    const done = spec && completed.find((one) => isAsked(one, spec));
    return done !== undefined && done.imageId !== container.imageId;
  }
}

/** The record with all containers marked that hold another image than the one pulled for this attempt. */
export function markOutdated(
  record: DeploymentRecord,
  {
    attempt,
    specs,
    containers,
  }: {
    attempt: Attempt;
    specs: readonly InstanceSpec[];
    containers: readonly ObservedContainer[];
  },
): DeploymentRecord {
  const refreshed = attempt.refreshed ?? {};
  const pulled = specs.filter(({ name }) => Object.hasOwn(refreshed, name));
  const isOutdated = (container: ObservedContainer): boolean =>
    pulled.some((spec) => isMadeFor(container, spec) && container.imageId !== refreshed[spec.name]);
  const outdated = containers.filter(isOutdated);
  const keys = new Set(outdated.map(keyOf));
  // A container that is left on purpose is not missed.
  const unwatched = pulled
    .filter(({ instance }) => keys.has(keyOf(instance)))
    .reduce((noted, spec) => withHistory(noted, spec, { ...historyOf(noted, spec), watched: null }), record);
  return { ...unwatched, outdated: { hash: attempt.hash, containers: outdated.map(({ id }) => id) } };
}

/** Without containers that are gone. */
export function forgetOutdated(
  { outdated }: DeploymentRecord,
  ids: ReadonlySet<string>,
): Pick<DeploymentRecord, 'outdated'> {
  const containers = outdated?.containers.filter((id) => ids.has(id)) ?? [];
  return outdated === undefined || containers.length === 0 ? {} : { outdated: { ...outdated, containers } };
}

// What a rehearsal does with each service, and why.
// Tested in test/agent/whole/plan.test.ts.
import type { Facts } from '../../model/facts.ts';
import { type InstanceSpec, instanceOf, instancesOf, isMadeFor, keyOf } from '../../model/instance.ts';
import type { Observed, ObservedContainer } from '../../model/observed.ts';
import { instanceKeyOf } from '../../model/step-table.ts';
import type { Step } from '../../model/steps.ts';
import { isUp } from '../running/select-container.ts';
import { differencesOf, livelyDifferencesOf, lostLimits, settingDifferences } from './differences.ts';
import type { Rehearsal } from './rehearse.ts';

export type ServiceAction = 'create' | 'replace' | 'update' | 'start' | 'restart' | 'keep' | 'remove';

export interface PlannedService {
  /** Key of its instance. */
  readonly key: string;
  readonly service: string;
  readonly action: ServiceAction;
  readonly reason: string;
  /** As it will be asked; `null` for one that goes. */
  readonly spec: InstanceSpec | null;
}

/** What a service is now and will be, and what is done with it. */
interface Change {
  readonly spec: InstanceSpec | null;
  /** What runs for it now, or did last. */
  readonly container: ObservedContainer | null;
  /** What that was made for; `null` where no document is kept that says so. */
  readonly before: InstanceSpec | null;
  readonly steps: readonly Step[];
}

/** In the order of the document, and then what goes. `observed` is what there is now. */
export function planServices(
  facts: Facts,
  observed: Observed,
  { rounds, record }: Rehearsal,
): PlannedService[] {
  const { desired, proven } = facts;
  const isFollowed = [record.proven, record.attempt].some((led) => led?.hash === desired.hash);
  const kept = record.proven === null ? [] : (proven?.document.services ?? []);
  const specs = instancesOf(isFollowed ? servicesOf(facts) : kept);
  const known = instancesOf([...(proven?.document.services ?? []), ...servicesOf(facts)]);
  const steps = rounds.flatMap((round) => round.steps);
  const keys = new Set([...specs.map(({ instance }) => keyOf(instance)), ...observed.containers.map(keyOf)]);
  return [...keys].map((key) => {
    const own = observed.containers.filter((container) => keyOf(container) === key);
    const container = own.find(isUp) ?? own[0] ?? null;
    const change: Change = {
      ...{ container, spec: specs.find(({ instance }) => keyOf(instance) === key) ?? null },
      before: container === null ? null : (known.find((one) => isMadeFor(container, one)) ?? null),
      steps: steps.filter((step) => instanceKeyOf(step) === key),
    };
    const { service } = instanceOf(key);
    return { key, service, spec: change.spec, ...actionOf(change, desired.document.state === 'absent') };
  });
}

function servicesOf({ desired: { document } }: Facts) {
  return document.state === 'present' ? document.services : [];
}

function actionOf(
  { spec, container, before, steps }: Change,
  isRemoval: boolean,
): Pick<PlannedService, 'action' | 'reason'> {
  if (spec === null)
    return {
      action: 'remove',
      reason: isRemoval ? 'the deployment is removed' : 'the document no longer has it',
    };
  const has = (kind: Step['kind']): boolean => steps.some((step) => step.kind === kind);
  if (has('create_container') && container === null) return { action: 'create', reason: 'it is new here' };
  if (has('create_container') && container !== null)
    return { action: 'replace', reason: whyReplaced(spec, container, before) };
  const started = steps.find(({ kind }) => kind === 'start_container');
  if (started !== undefined && has('stop_container'))
    return { action: 'replace', reason: 'the container that was kept for it takes its place again' };
  if (started !== undefined) return { action: 'start', reason: 'its container is there and does not run' };
  if (has('unpause_container')) return { action: 'start', reason: 'its container is paused' };
  if (has('restart_container'))
    return { action: 'restart', reason: 'a namespace that it lives in is started anew' };
  if (has('update_container') && container !== null) {
    const changes = settingDifferences(container.settings, spec.settings).join(', ');
    return { action: 'update', reason: `in place, with no restart: ${changes}` };
  }
  if (has('join_network'))
    return { action: 'update', reason: 'in place, with no restart: it joins a network' };
  return { action: 'keep', reason: whyKept(spec, container, before) };
}

function whyReplaced(spec: InstanceSpec, container: ObservedContainer, before: InstanceSpec | null): string {
  if (container.specHash === spec.hash) {
    const lost = lostLimits(container.settings, spec.settings);
    if (lost.length > 0) return `only a new container can be without a limit: ${lost.join(', ')}`;
    if (spec.joins.length > 0)
      return `it lives in a namespace of ${spec.joins.join(', ')}, which is made anew`;
    return 'its image is pulled anew (pull_policy always), and may be another';
  }
  const differences = before === null ? [] : differencesOf(before, spec);
  if (differences.length > 0) return differences.join(', ');
  if (spec.joins.length > 0) return `it lives in a namespace of ${spec.joins.join(', ')}, which is made anew`;
  return 'its container was made for something else';
}

function whyKept(
  spec: InstanceSpec,
  container: ObservedContainer | null,
  before: InstanceSpec | null,
): string {
  if (container === null) return 'it has done its work';
  const lively = before === null ? [] : livelyDifferencesOf(before, spec);
  return lively.length === 0 ? 'nothing changes' : `goes on running: ${lively.join(', ')}`;
}

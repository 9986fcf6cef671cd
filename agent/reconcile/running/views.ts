// One revision held against what is there and what is remembered: a look at its services, what it adds to the record, and
// how each service then fares. It is made once for each decision; what follows reads the view, and the facts no more.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import type { ServiceView } from '../../model/decision.ts';
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Facts } from '../../model/facts.ts';
import type { Observed, ObservedContainer } from '../../model/observed.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import { differences, sharedName } from '../../model/resources.ts';
import type { Revision } from '../../model/revision.ts';
import { networksUsed } from '../../model/service-spec.ts';
import type { Step } from '../../model/steps.ts';
import { judgeServices } from './judge.ts';
import { lookAtServices } from './look.ts';
import { missingResources } from './missing-resources.ts';
import { noteServices } from './note.ts';

export interface RevisionView {
  readonly document: DesiredPresent;
  readonly services: readonly ServiceView[];
  /** Containers of the deployment that carry none of these services, but for those that the engine is removing. */
  readonly surplus: readonly ObservedContainer[];
  /** Networks that the services use, by key. */
  readonly networks: readonly string[];
  /** The deployment's own networks that they do not use. */
  readonly unused: readonly string[];
  /** Makes the networks and volumes that they need and that are not there. */
  readonly missing: readonly Step[];
  /** What is there otherwise than asked, and cannot be changed. */
  readonly differences: readonly Reason[];
}

interface Viewed {
  /** With all that happened to the services since the last look. */
  readonly record: DeploymentRecord;
  readonly view: RevisionView;
}

export function viewRevision(
  facts: Facts,
  before: DeploymentRecord,
  revision: Revision<DesiredPresent>,
): Viewed {
  const { document } = revision;
  const { observed } = facts;
  const seen = lookAtServices(facts, before, revision);
  const record = noteServices(before, seen, facts);
  const networks = networksUsed(seen.map(({ spec }) => spec));
  const carriers = new Set(seen.map(({ container }) => container?.id));
  const view = {
    document,
    services: judgeServices(record, seen),
    surplus: observed.containers.filter(({ id, state }) => !carriers.has(id) && state !== 'removing'),
    networks,
    unused: ownNetworks(observed).filter((network) => !networks.includes(network)),
    missing: missingResources(document, networks, observed),
    differences: differences(document, networks, observed),
  };
  return { record, view };
}

export function ownNetworks({ networks }: Observed): string[] {
  return [...networks.keys()].filter((network) => sharedName(network) === null);
}

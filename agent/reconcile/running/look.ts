// What a look shows of the services of one revision: which container carries each, how it is, where its image stands.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import type { ServiceFacts } from '../../model/decision.ts';
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Facts } from '../../model/facts.ts';
import { judgeHealth, notHealthy } from '../../model/health.ts';
import { type InstanceSpec, instancesOf, keyOf } from '../../model/instance.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import type { Revision } from '../../model/revision.ts';
import { wasCompleted } from './completed.ts';
import { standingOf } from './images.ts';
import { eligibleFor } from './outdated.ts';
import { type Carriers, findCarriers, joinedFor } from './select-container.ts';

export function lookAtServices(
  facts: Facts,
  record: DeploymentRecord,
  { hash, document }: Revision<DesiredPresent>,
): ServiceFacts[] {
  const healthyAfterMs = document.update.healthyAfterMs;
  const specs = instancesOf(document.services);
  const { containers, first } = eligibleFor({ hash, specs }, record, facts.observed.containers);
  const carriers = findCarriers(containers, specs, first);
  return specs.map((spec) => {
    const wasDone = wasCompleted(spec, hash, record);
    return lookAtService(facts, spec, { carriers, healthyAfterMs, wasDone });
  });
}

interface Around {
  readonly carriers: Carriers;
  readonly healthyAfterMs: number;
  /** Whether it was to run once and has done so, whatever has become of its container. */
  readonly wasDone: boolean;
}

function lookAtService(
  facts: Facts,
  spec: InstanceSpec,
  { carriers, healthyAfterMs, wasDone }: Around,
): ServiceFacts {
  const container = carriers.get(keyOf(spec.instance)) ?? null;
  const health = container === null ? undefined : facts.health.get(container.id);
  const needsContainer = container === null && !wasDone;
  const image = standingOf(facts.images, spec);
  return {
    deployment: facts.deployment,
    spec,
    container,
    needsContainer,
    joined: spec.joins.flatMap((service) => joinedFor(service, carriers) ?? []),
    verdict:
      container === null
        ? notHealthy('unknown')
        : judgeHealth(container, spec.service.probe, { facts: health, healthyAfterMs, nowMs: facts.nowMs }),
    probeError: health?.probe?.lastError ?? null,
    memory: (container === null ? undefined : facts.memory.get(container.id)) ?? null,
    image,
    awaited: needsContainer ? image : null,
  };
}

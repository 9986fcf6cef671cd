// How services fare: what a look shows of each, held against what the record keeps of it.
import type { ServiceFacts, ServicePlight, ServiceView } from '../../model/decision.ts';
import type { Dependency } from '../../model/desired-service.ts';
import { isInLoop } from '../../model/failure-row.ts';
import { historyOf } from '../../model/histories.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import { isCompleted } from './completed.ts';
import { mustFollow } from './joins.ts';
import { isUp, missingNetwork } from './select-container.ts';
import { settingsStep } from './settings.ts';

type Judged = Omit<ServiceView, 'waitsFor'>;

export function judgeServices(record: DeploymentRecord, services: readonly ServiceFacts[]): ServiceView[] {
  const judged = services.map((service) => judgeService(record, service));
  return judged.map((service) => ({ ...service, waitsFor: unmetDependencies(service, judged) }));
}

function judgeService(record: DeploymentRecord, service: ServiceFacts): Judged {
  const { spec, container } = service;
  const history = historyOf(record, spec);
  const follows = mustFollow(record, service);
  const known = {
    ...service,
    history,
    isParked: container !== null && record.parked.includes(container.id),
    isCompleted: isCompleted(service, record),
    mustFollow: follows,
    isAsAsked:
      container !== null &&
      !follows &&
      missingNetwork(spec, container) === null &&
      settingsStep(spec, container, history) === null,
  };
  return { ...known, plight: plightOf(known) };
}

function plightOf(service: Omit<Judged, 'plight'>): ServicePlight {
  const { container, verdict, history, isAsAsked } = service;
  if (service.isCompleted) return 'good';
  const isHealthy = container?.state === 'running' && verdict.health === 'healthy';
  if (isHealthy && isAsAsked && !isInLoop(history)) return 'good';
  const hasFailed = history.failuresInRow > 0 && history.row?.isOver !== true;
  return hasFailed || verdict.health === 'unhealthy' ? 'failing' : 'starting';
}

function unmetDependencies({ spec }: ServiceFacts, services: readonly Judged[]): string[] {
  const unmet = spec.service.dependsOn.filter(({ service, condition }) => {
    const awaited = services.filter((one) => one.spec.name === service);
    return !awaited.every((one) => meets(condition, one));
  });
  return unmet.map(({ service }) => service);
}

function meets(condition: Dependency['condition'], service: Judged): boolean {
  if (service.isCompleted) return condition !== 'service_healthy';
  switch (condition) {
    case 'service_started':
      return service.container !== null && isUp(service.container);
    case 'service_healthy':
      return service.verdict.health === 'healthy';
    case 'service_completed_successfully':
      return false;
  }
}

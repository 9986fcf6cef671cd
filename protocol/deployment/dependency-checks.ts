// Services that wait for each other, or live in each other's namespaces.
// Tested in test/protocol/deployment/deployment-faults.test.ts.
import type { Path, Placed, Report } from './check-report.ts';
import type { PresentDeployment } from './deployment.ts';
import type { Service } from './service.ts';
import { joinedService, NAMESPACES, type Namespace } from './service-namespaces.ts';

export function checkDependencies(
  document: PresentDeployment,
  { name, service, at }: Placed,
  report: Report,
): void {
  for (const [dependency, { condition }] of Object.entries(service.depends_on ?? {})) {
    const path: Path = [...at, 'depends_on', dependency];
    const other = serviceOf(document, dependency);
    if (other === undefined) report(path, 'no such service');
    else if (dependenciesOf(document, dependency).has(name)) report(path, 'depends on itself in a ring');
    else if (
      condition === 'service_completed_successfully' &&
      other.restart !== 'no' &&
      !other.restart?.startsWith('on-failure')
    ) {
      report(path, `"${dependency}" never completes unless its restart is "no" or "on-failure"`);
    }
  }
}

function serviceOf(document: PresentDeployment, name: string): Service | undefined {
  return Object.hasOwn(document.services, name) ? document.services[name] : undefined;
}

/** The service itself, and all that it waits for, by any way. */
function dependenciesOf(document: PresentDeployment, name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const next of Object.keys(document.services[name]?.depends_on ?? {}))
    dependenciesOf(document, next, found);
  return found;
}

/** A namespace is there while its owner runs, so its owner must be waited for, and must stay. */
export function checkNamespaces(document: PresentDeployment, { service, at }: Placed, report: Report): void {
  for (const namespace of NAMESPACES) {
    const owner = joinedService(service, namespace);
    if (owner === null) continue;
    const problem = namespaceProblem(document, { service, owner, namespace });
    if (problem !== null) report([...at, namespace], problem);
  }
}

function namespaceProblem(
  document: PresentDeployment,
  { service, owner, namespace }: { service: Service; owner: string; namespace: Namespace },
): string | null {
  const other = serviceOf(document, owner);
  if (other === undefined) return `no service "${owner}"`;
  if (other === service) return 'a service cannot join itself';
  const dependsOn = service.depends_on ?? {};
  const condition = Object.hasOwn(dependsOn, owner) ? dependsOn[owner]?.condition : undefined;
  if (condition === undefined) return `needs "${owner}" under depends_on, as it can run only while that runs`;
  if (condition === 'service_completed_successfully')
    return `can run only while "${owner}" runs, not after it`;
  if (joinedService(other, namespace) !== null)
    return `"${owner}" is itself in the namespace of another; name that one`;
  if (namespace === 'ipc' && other.ipc !== 'shareable' && other.ipc !== 'host')
    return `"${owner}" must say ipc: "shareable"`;
  return null;
}

// Services that wait for each other, or live in each other's namespaces.
import type { Path, Report } from './check-report.ts';
import type { PresentDeployment } from './deployment.ts';
import type { Service } from './service.ts';
import { hostOf, NAMESPACES, type Namespace } from './service-namespaces.ts';

export function checkDependencies(document: PresentDeployment, name: string, at: Path, report: Report): void {
  for (const [dependency, { condition }] of Object.entries(document.services[name]?.depends_on ?? {})) {
    const path: Path = [...at, 'depends_on', dependency];
    const other = serviceOf(document, dependency);
    if (other === undefined) report(path, 'no such service');
    else if (reaches(document, dependency, name)) report(path, 'depends on itself in a ring');
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

function reaches(document: PresentDeployment, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return Object.keys(document.services[from]?.depends_on ?? {}).some((next) =>
    reaches(document, next, to, seen),
  );
}

/** A namespace is there while its owner runs, so its owner must be waited for, and must stay. */
export function checkNamespaces(document: PresentDeployment, name: string, at: Path, report: Report): void {
  const service = document.services[name];
  for (const namespace of NAMESPACES) {
    const owner = service === undefined ? null : hostOf(service, namespace);
    if (service === undefined || owner === null) continue;
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
  if (hostOf(other, namespace) !== null)
    return `"${owner}" is itself in the namespace of another; name that one`;
  if (namespace === 'ipc' && other.ipc !== 'shareable' && other.ipc !== 'host')
    return `"${owner}" must say ipc: "shareable"`;
  return null;
}

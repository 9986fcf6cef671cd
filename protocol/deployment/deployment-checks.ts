// What a JSON Schema cannot say of a deployment: references that must exist, values that must make sense.
// Tested in test/protocol/deployment/deployment-faults.test.ts.

import { type Fault, formatPath } from '../faults.ts';
import { checkUpdateWindow } from '../values/update-window.ts';
import { checkAddresses } from './address-checks.ts';
import { durationAt, type Path, type Report } from './check-report.ts';
import { checkDependencies, checkNamespaces } from './dependency-checks.ts';
import type { Deployment, PresentDeployment } from './deployment.ts';
import { checkFolders } from './folder-checks.ts';
import {
  checkDurations,
  checkHealth,
  checkImage,
  checkMounts,
  checkResources,
  checkSecurity,
} from './service-checks.ts';
import { FILE_KINDS } from './service-files.ts';
import { checkNetworks, checkPublishedPorts } from './service-network-checks.ts';
import { checkStartFirst } from './start-first-checks.ts';

/** All faults of a document whose types are right. Texts may still break the schema's patterns. */
export function checkDeployment(document: Deployment): Fault[] {
  const faults: Fault[] = [];
  const report: Report = (path, message) => faults.push({ path: formatPath(path), message });
  checkText(document, [], report);
  if (document.state !== 'present') return faults;
  checkUpdate(document, report);
  if (document.update.strategy === 'start-first') checkStartFirst(document, report);
  for (const [name, service] of Object.entries(document.services)) {
    const at: Path = ['services', name];
    const placed = { name, service, at };
    checkImage(document, placed, report);
    checkResources(service, at, report);
    checkDurations(service, at, report);
    checkHealth(service, at, report);
    checkMounts(document, placed, report);
    checkSecurity(service, at, report);
    checkNetworks(document, placed, report);
    checkDependencies(document, placed, report);
    checkNamespaces(document, placed, report);
  }
  checkPublishedPorts(document, report);
  checkFolders(document, report);
  checkAddresses(document, report);
  checkShared(document, report);
  return faults;
}

/** What two names stood for would be one in the engine. */
function checkShared(document: PresentDeployment, report: Report): void {
  for (const kind of ['networks', 'volumes'] as const) {
    const taken = new Map<string, string>();
    for (const [name, { shared }] of Object.entries(document[kind])) {
      if (shared === undefined) continue;
      const other = taken.get(shared);
      if (other !== undefined) report([kind, name, 'shared'], `"${shared}" is ${kind}.${other} already`);
      taken.set(shared, name);
    }
  }
  for (const [name, { driver_opts: options }] of Object.entries(document.volumes)) {
    if (options === undefined || options.type === 'tmpfs' || options.device !== undefined) continue;
    report(
      [...['volumes', name, 'driver_opts', 'device']],
      `what is mounted, such as ${options.type === 'cifs' ? '"//server/share"' : '":/export"'}`,
    );
  }
}

/**
 * Every text of the document, keys too. JSON can spell half a surrogate pair (`"\ud800"`), which is no Unicode text and
 * has no canonical form; and NUL, which ends a text for the engine and the kernel. A file may hold one.
 */
function checkText(value: unknown, at: Path, report: Report): void {
  if (typeof value === 'string' && !value.isWellFormed())
    report(at, 'not Unicode text: half a surrogate pair');
  else if (typeof value === 'string' && value.includes('\0') && !isContentOfFile(at))
    report(at, 'must not contain NUL (U+0000)');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const path: Path = [...at, Array.isArray(value) ? Number(key) : key];
    checkText(key, path, report);
    checkText(item, path, report);
  }
}

function isContentOfFile([kind, , key, ...rest]: Path): boolean {
  return FILE_KINDS.some((known) => known === kind) && key === 'content' && rest.length === 0;
}

function checkUpdate(document: PresentDeployment, report: Report): void {
  const { healthy_after, deadline: deadlineText, window } = document.update;
  const healthyAfter = durationAt({ text: healthy_after, at: [], key: 'update.healthy_after' }, report);
  const deadline = durationAt({ text: deadlineText, at: [], key: 'update.deadline' }, report);
  if (healthyAfter !== null && deadline !== null && deadline <= healthyAfter) {
    report(['update', 'deadline'], 'must be longer than healthy_after, or no update could ever prove itself');
  }
  if (window === undefined) return;
  const fault = checkUpdateWindow(window);
  if (fault !== null) report(['update', 'window', fault.field], fault.message);
  durationAt({ text: window.length, at: [], key: 'update.window.length' }, report);
}

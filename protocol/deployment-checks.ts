// What a JSON Schema cannot say of a deployment: references that must exist, values that must make sense.
import { isIP } from 'node:net';
import { parseByteSize } from './byte-size.ts';
import type { Deployment, PresentDeployment } from './deployment.ts';
import { parseDurationMs } from './duration.ts';
import { type Fault, formatPath } from './faults.ts';
import { parseImageReference } from './image-reference.ts';
import type { Service } from './service.ts';
import { checkUpdateWindow } from './update-window.ts';

/** The engine refuses a memory limit below this (moby, `daemon/daemon_unix.go`, linuxMinMemory). */
const MIN_MEMORY_BYTES = 6 * 1024 * 1024;

type Path = readonly (string | number)[];
type Report = (path: Path, message: string) => void;

/** All faults of a document whose types are right. Texts may still break the schema's patterns. */
export function checkDeployment(document: Deployment): Fault[] {
  const faults: Fault[] = [];
  const report: Report = (path, message) => faults.push({ path: formatPath(path), message });
  checkText(document, [], report);
  if (document.state === 'absent') return faults;
  checkUpdate(document, report);
  for (const [name, service] of Object.entries(document.services)) {
    const at: Path = ['services', name];
    checkImage(service, at, report);
    checkLimits(service, at, report);
    checkDurations(service, at, report);
    checkHealth(service, at, report);
    checkMounts(document, service, at, report);
    checkNetworks(document, service, at, report);
    checkDependencies(document, name, at, report);
  }
  checkPublishedPorts(document, report);
  return faults;
}

/** JSON can spell half a surrogate pair (`"\ud800"`), which is no Unicode text and has no canonical form. */
function checkText(value: unknown, at: Path, report: Report): void {
  if (typeof value === 'string' && !value.isWellFormed())
    report(at, 'not Unicode text: half a surrogate pair');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const path: Path = [...at, Array.isArray(value) ? Number(key) : key];
    checkText(key, path, report);
    checkText(item, path, report);
  }
}

function checkUpdate(document: PresentDeployment, report: Report): void {
  const healthyAfter = durationAt(document.update.healthy_after, ['update', 'healthy_after'], report);
  const deadline = durationAt(document.update.deadline, ['update', 'deadline'], report);
  if (healthyAfter !== null && deadline !== null && deadline <= healthyAfter) {
    report(['update', 'deadline'], 'must be longer than healthy_after, or no update could ever prove itself');
  }
  const { window } = document.update;
  if (window !== undefined) {
    const fault = checkUpdateWindow(window);
    if (fault !== null) report(['update', 'window', fault.field], fault.message);
    durationAt(window.length, ['update', 'window', 'length'], report);
  }
  if (document.update.strategy !== 'start-first') return;
  for (const [name, service] of Object.entries(document.services)) {
    service.ports?.forEach((port, index) => {
      report(
        ['services', name, 'ports', index, 'published'],
        `start-first runs old and new side by side, and both cannot have host port ${port.published}; use stop-first`,
      );
    });
  }
}

function checkImage(service: Service, at: Path, report: Report): void {
  if (parseImageReference(service.image) === null) {
    report([...at, 'image'], 'not an image reference; write it as "registry.example.com/path/name:tag"');
  }
}

function checkLimits(service: Service, at: Path, report: Report): void {
  const limits = service.deploy?.resources?.limits;
  const path: Path = [...at, 'deploy', 'resources', 'limits'];
  if (limits?.cpus !== undefined && Number(limits.cpus) < 0.01) report([...path, 'cpus'], 'at least 0.01');
  if (limits?.memory !== undefined) {
    const bytes = parseByteSize(limits.memory);
    if (bytes === null) report([...path, 'memory'], 'less than 2^53 bytes');
    else if (bytes < MIN_MEMORY_BYTES) report([...path, 'memory'], 'at least 6M, the least the engine takes');
  }
}

function checkDurations(service: Service, at: Path, report: Report): void {
  if (service.stop_grace_period !== undefined)
    durationAt(service.stop_grace_period, [...at, 'stop_grace_period'], report);
  const { healthcheck, probe } = service;
  for (const key of ['interval', 'timeout', 'start_period'] as const) {
    if (healthcheck?.[key] !== undefined) durationAt(healthcheck[key], [...at, 'healthcheck', key], report);
  }
  for (const key of ['interval', 'timeout', 'grace'] as const) {
    if (probe === undefined) continue;
    const ms = durationAt(probe[key], [...at, 'probe', key], report);
    if (ms !== null && ms < 100 && key !== 'grace') report([...at, 'probe', key], 'at least 100ms');
  }
}

function checkHealth(service: Service, at: Path, report: Report): void {
  const test = service.healthcheck?.test;
  const [kind] = test ?? [];
  if (kind !== undefined && !['CMD', 'CMD-SHELL', 'NONE'].includes(kind)) {
    report([...at, 'healthcheck', 'test', 0], 'must be CMD, CMD-SHELL or NONE');
  } else if (test?.length === 1 && kind !== 'NONE') {
    report([...at, 'healthcheck', 'test'], `no command after ${kind}`);
  }
  if (service.probe === undefined) return;
  const kinds = [service.probe.http, service.probe.tcp].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) report([...at, 'probe'], 'exactly one of http and tcp');
}

function checkMounts(document: PresentDeployment, service: Service, at: Path, report: Report): void {
  const seen = new Set<string>();
  service.volumes?.forEach((mount, index) => {
    const path: Path = [...at, 'volumes', index];
    if (mount.type === 'volume' && !Object.hasOwn(document.volumes, mount.source)) {
      report([...path, 'source'], `no volume "${mount.source}" under the top-level volumes`);
    }
    if (mount.target.split('/').includes('..')) report([...path, 'target'], 'must not contain ".."');
    if (seen.has(mount.target)) report([...path, 'target'], 'mounted twice');
    seen.add(mount.target);
  });
}

function checkNetworks(document: PresentDeployment, service: Service, at: Path, report: Report): void {
  for (const name of Object.keys(service.networks ?? {})) {
    if (name !== 'default' && !Object.hasOwn(document.networks, name)) {
      report([...at, 'networks', name], `no network "${name}" under the top-level networks`);
    }
  }
}

function checkDependencies(document: PresentDeployment, name: string, at: Path, report: Report): void {
  for (const [dependency, { condition }] of Object.entries(document.services[name]?.depends_on ?? {})) {
    const path: Path = [...at, 'depends_on', dependency];
    const other = document.services[dependency];
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

function reaches(document: PresentDeployment, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return Object.keys(document.services[from]?.depends_on ?? {}).some((next) =>
    reaches(document, next, to, seen),
  );
}

function checkPublishedPorts(document: PresentDeployment, report: Report): void {
  const takenBy = new Map<string, string>();
  for (const [name, service] of Object.entries(document.services)) {
    service.ports?.forEach((port, index) => {
      const path: Path = ['services', name, 'ports', index, 'published'];
      if (port.host_ip !== undefined && isIP(port.host_ip) === 0) {
        report(['services', name, 'ports', index, 'host_ip'], 'an IP address');
      }
      if (Number(port.published) > 65_535) report(path, 'a port from 1 to 65535');
      const key = `${port.host_ip ?? '0.0.0.0'}:${port.published}/${port.protocol}`;
      const other = takenBy.get(key);
      if (other !== undefined) report(path, `${key} is published by "${other}" already`);
      takenBy.set(key, name);
    });
  }
}

function durationAt(text: string, path: Path, report: Report): number | null {
  const ms = parseDurationMs(text);
  if (ms === null) report(path, 'at most 366 days, in at most 40 characters');
  return ms;
}

// What a JSON Schema cannot say of one service by itself.
// Tested in test/protocol/deployment/deployment-faults.test.ts.

import { parseImageReference } from '../values/image-reference.ts';
import type { DurationKey, SizeKey } from './bounds.ts';
import { bytesAt, durationAt, type Path, type Placed, type Report, type Written } from './check-report.ts';
import type { PresentDeployment } from './deployment.ts';
import { checkBind } from './folder-checks.ts';
import type { DeviceRequest, Service } from './service.ts';
import { FILE_KINDS, targetOfFile } from './service-files.ts';

export function checkImage(document: PresentDeployment, { service, at }: Placed, report: Report): void {
  if (parseImageReference(service.image) === null) {
    report([...at, 'image'], 'not an image reference; write it as "registry.example.com/path/name:tag"');
  }
  // An engine holds one platform of a reference at a time: each pull would throw out the other.
  const rival = Object.entries(document.services).find(
    ([, other]) => other.image === service.image && other.platform !== service.platform,
  );
  if (service.platform !== undefined && rival !== undefined)
    report([...at, 'platform'], `service "${rival[0]}" asks for the same image for another platform`);
}

export function checkResources(service: Service, at: Path, report: Report): void {
  const { limits, reservations } = service.deploy?.resources ?? {};
  const path: Path = [...at, 'deploy', 'resources'];
  if (limits?.cpus !== undefined && Number(limits.cpus) < 0.01)
    report([...path, 'limits', 'cpus'], 'at least 0.01');
  const limit = sizeAt({ text: limits?.memory, at, key: 'deploy.resources.limits.memory' }, report);
  const reserved = sizeAt(
    { text: reservations?.memory, at, key: 'deploy.resources.reservations.memory' },
    report,
  );
  if (limit !== null && reserved !== null && reserved > limit)
    report([...path, 'reservations', 'memory'], 'more than the limit');
  checkRequests(reservations?.devices ?? [], [...path, 'reservations', 'devices'], report);
  checkRequests(service.gpus ?? [], [...at, 'gpus'], report);
  checkUlimits(service, at, report);
  sizeAt({ text: service.shm_size, at, key: 'shm_size' }, report);
  if (service.shm_size === undefined) return;
  if (service.ipc === 'host' || service.ipc === 'none' || service.ipc?.startsWith('service:'))
    report([...at, 'shm_size'], `means nothing with ipc "${service.ipc}"`);
}

function sizeAt(
  { text, ...where }: Omit<Written<SizeKey>, 'text'> & { text: string | undefined },
  report: Report,
): number | null {
  return text === undefined ? null : bytesAt({ text, ...where }, report);
}

function checkRequests(
  requests: readonly Pick<DeviceRequest, 'count' | 'device_ids'>[],
  path: Path,
  report: Report,
): void {
  requests.forEach(({ count, device_ids }, index) => {
    if (count !== undefined && device_ids !== undefined)
      report([...path, index], 'count or device_ids, not both');
  });
}

function checkUlimits(service: Service, at: Path, report: Report): void {
  for (const [name, { soft, hard }] of Object.entries(service.ulimits ?? {})) {
    const isAbove = hard !== -1 && (soft === -1 || soft > hard);
    if (isAbove) report([...at, 'ulimits', name, 'soft'], 'more than hard');
  }
}

export function checkDurations(
  { stop_grace_period, healthcheck, probe }: Service,
  at: Path,
  report: Report,
): void {
  const written: readonly (readonly [DurationKey, string | undefined])[] = [
    ['stop_grace_period', stop_grace_period],
    ['healthcheck.interval', healthcheck?.interval],
    ['healthcheck.timeout', healthcheck?.timeout],
    ['healthcheck.start_period', healthcheck?.start_period],
    ['healthcheck.start_interval', healthcheck?.start_interval],
    ['probe.interval', probe?.interval],
    ['probe.timeout', probe?.timeout],
    ['probe.grace', probe?.grace],
    ['probe.heartbeat.max_age', probe?.heartbeat?.max_age],
  ];
  for (const [key, text] of written) if (text !== undefined) durationAt({ text, at, key }, report);
}

export function checkHealth(service: Service, at: Path, report: Report): void {
  const test = service.healthcheck?.test;
  const [kind] = test ?? [];
  if (kind !== undefined && !['CMD', 'CMD-SHELL', 'NONE'].includes(kind)) {
    report([...at, 'healthcheck', 'test', 0], 'must be CMD, CMD-SHELL or NONE');
  } else if (test?.length === 1 && kind !== 'NONE') {
    report([...at, 'healthcheck', 'test'], `no command after ${kind}`);
  }
  if (service.probe === undefined) return;
  const { http, tcp, heartbeat } = service.probe;
  const kinds = [http, tcp, heartbeat].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) report([...at, 'probe'], 'exactly one of http, tcp and heartbeat');
}

export function checkMounts(document: PresentDeployment, { service, at }: Placed, report: Report): void {
  const seen = new Set<string>();
  const claim = (target: string, path: Path): void => {
    if (target.split('/').includes('..')) report(path, 'must not contain ".."');
    if (seen.has(target)) report(path, 'mounted twice');
    seen.add(target);
  };
  service.volumes?.forEach((mount, index) => {
    const path: Path = [...at, 'volumes', index];
    if (mount.type === 'volume' && !Object.hasOwn(document.volumes, mount.source)) {
      report([...path, 'source'], `no volume "${mount.source}" under the top-level volumes`);
    }
    if (mount.type === 'bind') checkBind(mount, path, report);
    if (mount.type === 'tmpfs' && mount.tmpfs?.size !== undefined)
      bytesAt({ text: mount.tmpfs.size, at: path, key: 'tmpfs.size' }, report);
    claim(mount.target, [...path, 'target']);
  });
  service.tmpfs?.forEach((written, index) => {
    const [target = ''] = written.split(':');
    claim(target, [...at, 'tmpfs', index]);
  });
  for (const kind of FILE_KINDS) {
    service[kind]?.forEach((file, index) => {
      const path: Path = [...at, kind, index];
      if (!Object.hasOwn(document[kind] ?? {}, file.source))
        report([...path, 'source'], `no ${kind.slice(0, -1)} "${file.source}" under the top-level ${kind}`);
      claim(targetOfFile(kind, file), [...path, ...(file.target === undefined ? [] : ['target'])]);
    });
  }
  const beat = service.probe?.heartbeat;
  if (beat === undefined) return;
  claim(beat.target, [...at, 'probe', 'heartbeat', 'target']);
  claim(`${beat.target}/${beat.file}`, [...at, 'probe', 'heartbeat', 'file']);
}

export function checkSecurity(service: Service, at: Path, report: Report): void {
  const [isPrivileged, options] = [service.privileged === true, service.security_opt ?? []];
  service.devices?.forEach(({ source, target, permissions }, index) => {
    const isCdi = !source.startsWith('/');
    if (isCdi && (target !== undefined || permissions !== undefined))
      report([...at, 'devices', index], 'a device of CDI brings its own target and permissions');
    if (source.split('/').includes('..'))
      report([...at, 'devices', index, 'source'], 'must not contain ".."');
  });
  options.forEach((option, index) => {
    const key = option.split(/[:=]/)[0];
    // A label has several parts, each an option of its own.
    const isTwice =
      key !== 'label' && options.slice(0, index).some((other) => other.split(/[:=]/)[0] === key);
    if (isTwice) report([...at, 'security_opt', index], `${key} is said twice`);
    if (isPrivileged && key !== 'no-new-privileges' && key !== 'label')
      report([...at, 'security_opt', index], 'means nothing for a privileged service');
  });
}

// The services of a deployment: a table of what can be compared, then a line for each thing to know.

import type {
  BoundPort,
  Progress,
  ServiceLimits,
  ServiceStatus,
  Status,
} from '../../../protocol/reports/status.ts';
import { formatBytes } from '../../../protocol/values/byte-size.ts';
import { parseImageReference } from '../../../protocol/values/image-reference.ts';
import { alignColumns } from './table.ts';
import { elapsed, type View, wrap } from './text.ts';

const HEADER = ['SERVICE', 'STATE', 'HEALTH', 'IMAGE', 'RESTARTS', 'UP', 'MEMORY', 'CPUS'];
const TABLE = { elastic: [0, 3], rightAligned: [4] };
const INDENT = '  ';
/** All of them are in `--json`. */
const PORTS = 8;
/** So long a failure is shown though the service is healthy again. */
const RECENT_MS = 60 * 60_000;

export function renderServices({ services }: Status, view: View): string[] {
  const entries = Object.entries(services);
  if (entries.length === 0) return [];
  const rows = entries.map(([name, service]) => describeService(name, service, view));
  const columns = view.columns === null ? null : view.columns - INDENT.length;
  const notes = entries.flatMap(([name, service]) =>
    noteService(service, view).map((note) => `${name}: ${note}`),
  );
  return [
    ...alignColumns([HEADER, ...rows], { ...TABLE, columns }).map((line) => INDENT + line),
    ...notes.flatMap((note) => wrap(note, INDENT.length, view.columns)),
  ];
}

function describeService(name: string, service: ServiceStatus, view: View): string[] {
  const { limits } = service;
  return [
    name,
    describeState(service),
    service.state === 'running' ? service.health : '-',
    describeImage(service.image),
    String(service.restarts),
    (service.state === 'running' && service.started_at !== null && elapsed(service.started_at, view.now)) ||
      '-',
    limits === null || limits.memory_bytes === null ? '-' : formatBytes(limits.memory_bytes),
    limits === null || limits.cpus === null ? '-' : String(limits.cpus),
  ];
}

function describeState({ state, exit_code }: ServiceStatus): string {
  return state === 'exited' && exit_code !== null ? `exited (${exit_code})` : state;
}

/** Its tag, or the first twelve digits of its digest. */
function describeImage(image: string): string {
  const reference = parseImageReference(image);
  if (reference === null) return image;
  return reference.tag ?? `@${reference.digest?.slice('sha256:'.length).slice(0, 12)}`;
}

function noteService(service: ServiceStatus, view: View): string[] {
  const failure = describeFailure(service, view);
  const isWell = failure === null && service.health !== 'unhealthy';
  const notes: (string | null)[] = [
    service.progress === null ? null : describeProgress(service.progress),
    service.oom_killed ? 'was killed for want of memory' : null,
    failure,
    isWell || service.container === null ? null : `its log: docker logs ${service.container}`,
    describePorts(service.ports ?? []),
    describeNotEnforced(service.limits),
  ];
  return notes.filter((note) => note !== null);
}

function describeProgress({ current_bytes, total_bytes }: Progress): string {
  if (total_bytes === 0) return 'pulling';
  const percent = Math.min(100, Math.floor((current_bytes / total_bytes) * 100));
  return `pulled ${formatBytes(current_bytes)} of ${formatBytes(total_bytes)} (${percent}%)`;
}

/** Its last failure, while that still matters: one that crashes every minute is healthy at most looks. */
function describeFailure(service: ServiceStatus, { now }: View): string | null {
  const failure = service.last_failure;
  if (failure === null) return null;
  const ago = elapsed(failure.at, now);
  const isOver = now.getTime() - Date.parse(failure.at) > RECENT_MS;
  if (isOver && service.state === 'running' && service.health === 'healthy') return null;
  const wait =
    failure.next_try_at === undefined ? null : elapsed(now.toISOString(), new Date(failure.next_try_at));
  const next = wait === null ? '' : wait === '0s' ? '; next try now' : `; next try in ${wait}`;
  return `failed${ago === null ? '' : ` ${ago} ago`}: ${failure.message} (${failure.code})${next}`;
}

/** Of the host and of the container; of many the first. */
function describePorts(ports: readonly BoundPort[]): string | null {
  if (ports.length === 0) return null;
  const shown = ports.slice(0, PORTS).map(({ target, protocol, host_ip: ip, published }) => {
    const host = ip === null ? '' : `${ip.includes(':') ? `[${ip}]` : ip}:`;
    return `${host}${published} -> ${target}/${protocol}`;
  });
  const more = ports.length > PORTS ? ` and ${ports.length - PORTS} more` : '';
  return `host ports: ${shown.join(', ')}${more}`;
}

function describeNotEnforced(limits: ServiceLimits | null): string | null {
  if (limits === null || limits.not_enforced.length === 0) return null;
  return `not enforced by this kernel: the limit of ${limits.not_enforced.join(', ')}`;
}

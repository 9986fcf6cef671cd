// The services of a deployment in words: the command and the page say the same. Pure: data in, text out.
// Tested in test/agent/cli/render/status.test.ts.
import { elapsed } from '../../lib/render/elapsed.ts';
import { describeCause } from '../../lib/reports/failure-words.ts';
import { explainReason } from '../../lib/reports/reason-words.ts';
import {
  describeBytes,
  describeCpus,
  describeImage,
  describeMemory,
  describeNotEnforced,
  describeState,
} from '../../lib/reports/service-words.ts';
import type { ServiceUsage } from '../../protocol/reports/events.ts';
import type { BoundPort, LastFailure, Progress, ServiceStatus } from '../../protocol/reports/status.ts';

export const SERVICE_COLUMNS = ['SERVICE', 'STATE', 'HEALTH', 'IMAGE', 'RESTARTS', 'UP', 'MEMORY', 'CPUS'];

/** All of them are in `--json`. */
const PORTS = 8;
/** So long a failure is shown though the service is healthy again. */
const RECENT_MS = 60 * 60_000;

/** What beside its status is known of a service. */
export interface Moment {
  readonly now: Date;
  /** `null` where the host does not tell. */
  readonly usage: ServiceUsage | null;
}

/** Its cells, in the order of `SERVICE_COLUMNS`. */
export function describeServiceRow(name: string, service: ServiceStatus, { now, usage }: Moment): string[] {
  const { limits } = service;
  return [
    name,
    describeState(service),
    service.state === 'running' ? service.health : '-',
    describeImage(service.image, service.digest),
    String(service.restarts),
    (service.state === 'running' && service.started_at !== null && elapsed(service.started_at, now)) || '-',
    describeMemory(limits, usage) ?? '-',
    describeCpus(limits, usage) ?? '-',
  ];
}

/** The same for a screen that is too narrow for a table: `1.4.2@0123456789ab, up 2h 5m, memory 81/256 MiB, cpus 0.12/0.5`. */
export function describeServiceLine(name: string, service: ServiceStatus, moment: Moment): string {
  const [, state, health, image, restarts, up, memory, cpus] = describeServiceRow(name, service, moment);
  const parts = [
    health === '-' ? state : `${state} ${health}`,
    image,
    ...(restarts === '0' ? [] : [`${restarts} restarts`]),
    ...(up === '-' ? [] : [`up ${up}`]),
    ...(memory === '-' ? [] : [`memory ${memory}`]),
    ...(cpus === '-' ? [] : [`cpus ${cpus}`]),
  ];
  return `${name}: ${parts.join(', ')}`;
}

/** A line for each thing to know beside the table. `name` as it is typed: `DEPLOYMENT/SERVICE`. */
export function noteService(name: string, service: ServiceStatus, now: Date): string[] {
  const failure = describeFailure(service, now);
  const isWell = failure === null && service.health !== 'unhealthy';
  const notes: (string | null)[] = [
    service.progress === null ? null : describeProgress(service.progress),
    service.oom_killed ? 'was killed for want of memory' : null,
    failure,
    isWell || service.container === null ? null : `its log: holdfast logs ${name}`,
    describePorts(service.ports ?? []),
    describeNotEnforced(service.limits),
  ];
  return notes.filter((note) => note !== null);
}

function describeProgress(progress: Progress): string {
  const { current_bytes: current, total_bytes: total } = progress;
  if (total === 0) return 'pulling';
  const percent = Math.min(100, Math.floor((current / total) * 100));
  return `pulled ${describeBytes(progress)} (${percent}%)`;
}

/** Its last failure, while that still matters: one that crashes every minute is healthy at most looks. */
function describeFailure(service: ServiceStatus, now: Date): string | null {
  const failure = service.last_failure;
  if (failure === null) return null;
  const ago = elapsed(failure.at, now);
  const isOver = now.getTime() - Date.parse(failure.at) > RECENT_MS;
  if (isOver && service.state === 'running' && service.health === 'healthy') return null;
  const wait =
    failure.next_try_at === undefined ? null : elapsed(now.toISOString(), new Date(failure.next_try_at));
  const next = wait === null ? '' : wait === '0s' ? '; next try now' : `; next try in ${wait}`;
  return `failed${ago === null ? '' : ` ${ago} ago`}: ${explainFailure(failure)}${next}`;
}

function explainFailure(failure: LastFailure): string {
  const { signal } = failure;
  return `${explainReason(failure)}${signal === undefined ? '' : `: ${signal}`}${describeCause(failure)}`;
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

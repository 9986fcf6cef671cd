// Services in words. Pure: data in, text out.
import type { ServiceUsage } from '../../protocol/reports/events.ts';
import type { Progress, ServiceLimits, ServiceStatus } from '../../protocol/reports/status.ts';
import { formatBytes, formatShare } from '../../protocol/values/byte-size.ts';
import { parseImageReference } from '../../protocol/values/image-reference.ts';

/** For a column beside its health: `running`, `exited (1)`. */
export function describeState({ state, exit_code: exitCode }: ServiceStatus): string {
  return state === 'exited' && exitCode !== null ? `exited (${exitCode})` : state;
}

/** State and health in one: `healthy`, `running` where nothing looks at its health, `exited with code 1`. */
export function describeService({ state, health, exit_code: exitCode }: ServiceStatus): string {
  if (state === 'running') return health === 'unknown' ? 'running' : health;
  return exitCode === null ? state : `${state} with code ${exitCode}`;
}

/** Its tag and the first twelve digits of its digest, those that are known: `1.4.2@0123456789ab`. */
export function describeImage(image: string, digest: string | null): string {
  const reference = parseImageReference(image);
  if (reference === null) return image;
  const known = reference.digest ?? digest;
  return `${reference.tag ?? ''}${known === null ? '' : `@${known.slice('sha256:'.length).slice(0, 12)}`}`;
}

/** `1.0 MiB of 4.0 MiB`. */
export function describeBytes({ current_bytes: current, total_bytes: total }: Progress): string {
  return `${formatBytes(current)} of ${formatBytes(total)}`;
}

/** What it uses of its limit: `81/256 MiB`, `81 MiB` with no limit, `256 MiB` where the use is not known; `null`: neither is. */
export function describeMemory(limits: ServiceLimits | null, usage: ServiceUsage | null): string | null {
  return describeShare(usage?.memory_bytes ?? null, limits?.memory_bytes ?? null, formatShare);
}

/** As with memory, in processors: `0.12/0.5`. */
export function describeCpus(limits: ServiceLimits | null, usage: ServiceUsage | null): string | null {
  const percent = usage?.cpu_percent ?? null;
  const used = percent === null ? null : Number((percent / 100).toFixed(2));
  return describeShare(used, limits?.cpus ?? null, (part, whole) => `${part}/${whole}`);
}

function describeShare(
  used: number | null,
  limit: number | null,
  format: (used: number, limit: number) => string,
): string | null {
  if (used !== null && limit !== null) return format(used, limit);
  const only = used ?? limit;
  return only === null ? null : format(only, only).replace(/^.*\//, '');
}

/** `null` where all limits hold. */
export function describeNotEnforced(limits: ServiceLimits | null): string | null {
  if (limits === null || limits.not_enforced.length === 0) return null;
  return `not enforced by this kernel: the limit of ${limits.not_enforced.join(', ')}`;
}

// Services in words. Pure: data in, text out.
import type { Progress, ServiceLimits, ServiceStatus } from '../../protocol/reports/status.ts';
import { formatBytes } from '../../protocol/values/byte-size.ts';
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

/** Its tag, or the first twelve digits of its digest. */
export function describeImage(image: string): string {
  const reference = parseImageReference(image);
  if (reference === null) return image;
  return reference.tag ?? `@${reference.digest?.slice('sha256:'.length).slice(0, 12)}`;
}

/** `1.0 MiB of 4.0 MiB`. */
export function describeBytes({ current_bytes: current, total_bytes: total }: Progress): string {
  return `${formatBytes(current)} of ${formatBytes(total)}`;
}

/** `256.0 MiB`; `null` where the memory has no limit. */
export function describeMemory(limits: ServiceLimits | null): string | null {
  const bytes = limits?.memory_bytes ?? null;
  return bytes === null ? null : formatBytes(bytes);
}

/** `0.5`; `null` where the processors have no limit. */
export function describeCpus(limits: ServiceLimits | null): string | null {
  const cpus = limits?.cpus ?? null;
  return cpus === null ? null : String(cpus);
}

/** `null` where all limits hold. */
export function describeNotEnforced(limits: ServiceLimits | null): string | null {
  if (limits === null || limits.not_enforced.length === 0) return null;
  return `not enforced by this kernel: the limit of ${limits.not_enforced.join(', ')}`;
}

// One sample of what the device uses, made from two readings: processor time is told as a share of the time between.
// Tested in test/agent/report/sampler.test.ts.
import type { EventOf } from '../../protocol/reports/events.ts';
import type { ContainerUsage, CpuTime, HostFacts } from '../ports/host.ts';

export interface ServiceUsage {
  readonly deployment: string;
  readonly service: string;
  readonly container: string;
  readonly usage: ContainerUsage;
}

export interface Reading {
  /** Monotonic. */
  readonly atMs: number;
  readonly host: Pick<HostFacts, 'memoryAvailableBytes' | 'diskAvailableBytes' | 'temperatureCelsius'>;
  readonly cpu: CpuTime | null;
  readonly services: readonly ServiceUsage[];
}

export type Sample = EventOf<'sample'>;
type UsageOf = NonNullable<Sample['services']>[string][string];

export function sampleOf(before: Reading, now: Reading): Sample {
  return {
    type: 'sample',
    cpu_percent: cpuPercent(before.cpu, now.cpu),
    memory_available_bytes: now.host.memoryAvailableBytes,
    disk_available_bytes: now.host.diskAvailableBytes,
    temperature_celsius: now.host.temperatureCelsius,
    ...(now.services.length > 0 ? { services: servicesOf(before, now) } : {}),
  };
}

function servicesOf(before: Reading, now: Reading): NonNullable<Sample['services']> {
  const cpuBefore = new Map(before.services.map(({ container, usage }) => [container, usage.cpuMs]));
  const tell = ({ service, container, usage }: ServiceUsage): [string, UsageOf] => {
    // A container that was not there before has used all it did in an unknown part of the time.
    const cpuPercent = percentOf(usage.cpuMs, cpuBefore.get(container), now.atMs - before.atMs);
    return [service, { cpu_percent: cpuPercent, memory_bytes: usage.memoryBytes }];
  };
  const byDeployment = Map.groupBy(now.services, ({ deployment }) => deployment);
  return Object.fromEntries(
    [...byDeployment].map(([deployment, services]) => [deployment, Object.fromEntries(services.map(tell))]),
  );
}

function cpuPercent(before: CpuTime | null, now: CpuTime | null): number | null {
  if (before === null || now === null) return null;
  return percentOf(now.busy, before.busy, now.total - before.total);
}

/** With one decimal. `null` where there is nothing to compare with, as after a container was started anew. */
function percentOf(now: number, before: number | undefined, span: number): number | null {
  if (before === undefined || now < before || span <= 0) return null;
  return Math.round(((now - before) / span) * 1000) / 10;
}

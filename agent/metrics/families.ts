// The metrics by name: what is measured, its labels and its unit. docs/metrics.md has the same table.
// Tested in test/agent/metrics/metrics.test.ts.
import { Counter, Gauge, type Registry } from 'prom-client';

const OF_DEPLOYMENT = ['deployment'] as const;
const OF_SERVICE = ['deployment', 'service'] as const;

/** Name without its prefix: what it says, and its labels. Labels are names and fixed words, never free text. */
const GAUGES = {
  info: ['The agent. Always 1.', ['device', 'version']],
  start_time_seconds: ['When the agent started, in seconds since 1970.', []],
  broker_connected: ['Whether the broker is connected.', []],
  broker_changed_time_seconds: ['When the connection came or went last, in seconds since 1970.', []],
  broker_denied_topics: ["Topics and filters that the broker's rules keep from the device.", []],
  engine_reachable: ['Whether the engine answers.', []],
  outbox_events: ['Events that wait for the broker.', []],
  outbox_statuses: ['Statuses that wait for the broker.', []],
  clock_synchronised: ['Whether the clock follows a time server.', []],
  host_cpu_ratio: ['Busy time of all processors, 0 to 1.', []],
  host_memory_total_bytes: ['Memory of the device.', []],
  host_memory_available_bytes: ['Memory that can still be used.', []],
  host_disk_total_bytes: ['Size of the disk that data_dir is on.', []],
  host_disk_available_bytes: ['What that disk has left.', []],
  host_temperature_celsius: ['Of the processor.', []],
  findings: ['Findings that no other is the cause of.', ['severity']],
  deployments: ['Deployments by how they stand.', ['standing']],
  deployment_phase: ['The phase that a deployment is in. Always 1.', ['deployment', 'phase']],
  deployment_phase_start_time_seconds: ['When that phase began, in seconds since 1970.', OF_DEPLOYMENT],
  deployment_desired_revision: ['The revision that was asked for.', OF_DEPLOYMENT],
  deployment_running_revision: ['The revision that runs.', OF_DEPLOYMENT],
  deployment_refused: ['Whether the last document was refused.', OF_DEPLOYMENT],
  service_up: ['Whether the service runs and is not unhealthy.', OF_SERVICE],
  service_start_time_seconds: ['When its container started, in seconds since 1970.', OF_SERVICE],
  service_oom_killed: ['Whether it was killed for want of memory.', OF_SERVICE],
  service_cpu_ratio: ['Processors that it uses; 1 is one of them.', OF_SERVICE],
  service_memory_bytes: ['Memory that it uses.', OF_SERVICE],
  service_memory_limit_bytes: ['The memory that it may use.', OF_SERVICE],
  service_limits_not_enforced: ['Limits of it that the kernel does not enforce.', OF_SERVICE],
} as const satisfies Record<string, readonly [help: string, labels: readonly string[]]>;

const COUNTERS = {
  service_restarts_total: ['How often it was restarted.', OF_SERVICE],
  events_total: ['Events since the agent started, by kind.', ['type']],
} as const satisfies Record<string, readonly [help: string, labels: readonly string[]]>;

export interface Families {
  readonly gauges: Readonly<Record<keyof typeof GAUGES, Gauge>>;
  readonly counters: Readonly<Record<keyof typeof COUNTERS, Counter>>;
}

/** Each once, in `registry`. */
export function makeFamilies(registry: Registry): Families {
  const settings = (name: string, [help, labels]: readonly [string, readonly string[]]) => {
    return { name: `holdfast_${name}`, help, labelNames: [...labels], registers: [registry] };
  };
  return {
    gauges: mapValues(GAUGES, (name, row) => new Gauge(settings(name, row))),
    counters: mapValues(COUNTERS, (name, row) => new Counter(settings(name, row))),
  };
}

function mapValues<K extends string, V, W>(
  table: Readonly<Record<K, V>>,
  make: (key: string, value: V) => W,
): Record<K, W> {
  const entries = Object.entries<V>(table).map(([key, value]) => [key, make(key, value)]);
  // Sound: the same keys, each with what was made of its value.
  return Object.fromEntries(entries) as Record<K, W>;
}

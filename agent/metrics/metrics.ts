// How the device stands, for Prometheus: all of it is read when somebody asks, so it costs nothing in between.
import { Registry } from 'prom-client';
import { byStanding, standingOf } from '../../lib/reports/standing.ts';
import type { LocalStatus } from '../../protocol/operations/status.ts';
import type { Findings } from '../../protocol/operations/why.ts';
import type { ServiceUsage } from '../../protocol/reports/events.ts';
import { SEVERITIES } from '../../protocol/reports/finding.ts';
import type { ServiceStatus, Status } from '../../protocol/reports/status.ts';
import type { EventJournal } from '../ports/store.ts';
import { EventCounter } from './event-counter.ts';
import { type Families, makeFamilies } from './families.ts';

const STANDINGS = ['not well', 'under way', 'well'] as const;
/** What a device looks after has a bound of its own; this one keeps a mistake there from growing the answer. */
const MAX_DEPLOYMENTS = 128;
const MAX_SERVICES = 1000;

interface Told {
  readonly status: LocalStatus;
  readonly findings: Findings;
}

type OfService = { readonly deployment: string; readonly service: string };

export class Metrics {
  readonly #registry = new Registry();
  readonly #families: Families = makeFamilies(this.#registry);
  readonly #events: EventCounter;

  constructor(journal: EventJournal) {
    this.#events = new EventCounter(journal);
  }

  /** `Content-Type` of what `expose` returns. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text format of Prometheus. */
  async expose(told: Told): Promise<string> {
    const { gauges, counters } = this.#families;
    // What is no more must not be told on. A reset leaves a zero where there are no labels.
    for (const gauge of Object.values(gauges)) {
      gauge.reset();
      gauge.remove({});
    }
    counters.service_restarts_total.reset();
    for (const type of this.#events.take()) counters.events_total.inc({ type });
    this.#setDevice(told);
    this.#setHost(told.status);
    // Those that are not well come first, and so within the bound.
    const followed = byStanding(told.status.deployments).filter(({ phase }) => phase !== 'removed');
    for (const one of followed.slice(0, MAX_DEPLOYMENTS)) this.#setDeployment(one);
    const services = followed.flatMap(({ deployment, services: own }) =>
      Object.entries(own).map(([service, status]) => {
        const usage = told.status.usage?.[deployment]?.[service];
        return { labels: { deployment, service }, status, usage };
      }),
    );
    for (const { labels, status, usage } of services.slice(0, MAX_SERVICES)) {
      this.#setService(labels, status);
      this.#setUsage(labels, usage);
    }
    return await this.#registry.metrics();
  }

  #setDevice({ status, findings }: Told): void {
    const { gauges } = this.#families;
    const { device, agent_version: version, broker, engine, outbox, deployments } = status;
    gauges.info.set({ device, version }, 1);
    setTime(gauges.start_time_seconds, {}, status.started_at);
    gauges.broker_connected.set(Number(broker.is_connected));
    setTime(gauges.broker_changed_time_seconds, {}, broker.since);
    gauges.broker_denied_topics.set(broker.denied.length);
    gauges.engine_reachable.set(Number(engine.is_reachable));
    gauges.outbox_events.set(outbox.events);
    gauges.outbox_statuses.set(outbox.statuses);
    for (const severity of SEVERITIES) {
      gauges.findings.set({ severity }, findings.findings.filter((one) => one.severity === severity).length);
    }
    for (const standing of STANDINGS) {
      const count = deployments.filter((one) => standingOf(one) === standing).length;
      gauges.deployments.set({ standing: standing.replace(' ', '_') }, count);
    }
  }

  /** What the host does not tell is left out. */
  #setHost({ host }: LocalStatus): void {
    if (host === undefined) return;
    const { gauges } = this.#families;
    const { cpu_percent: cpu, temperature_celsius: temperature, clock_synchronised: isSynchronised } = host;
    if (isSynchronised !== null) gauges.clock_synchronised.set(Number(isSynchronised));
    if (cpu !== null) gauges.host_cpu_ratio.set(cpu / 100);
    gauges.host_memory_total_bytes.set(host.memory.total_bytes);
    gauges.host_memory_available_bytes.set(host.memory.available_bytes);
    gauges.host_disk_total_bytes.set(host.disk.total_bytes);
    gauges.host_disk_available_bytes.set(host.disk.available_bytes);
    if (temperature !== null) gauges.host_temperature_celsius.set(temperature);
  }

  #setDeployment({ deployment, phase, since, desired, running, refused }: Status): void {
    const { gauges } = this.#families;
    gauges.deployment_phase.set({ deployment, phase }, 1);
    setTime(gauges.deployment_phase_start_time_seconds, { deployment }, since);
    if (desired !== null) gauges.deployment_desired_revision.set({ deployment }, desired.revision);
    if (running !== null) gauges.deployment_running_revision.set({ deployment }, running.revision);
    gauges.deployment_refused.set({ deployment }, Number(refused !== null));
  }

  #setUsage(labels: OfService, usage: ServiceUsage | undefined): void {
    if (usage === undefined) return;
    const { gauges } = this.#families;
    if (usage.cpu_percent !== null) gauges.service_cpu_ratio.set(labels, usage.cpu_percent / 100);
    gauges.service_memory_bytes.set(labels, usage.memory_bytes);
  }

  #setService(labels: OfService, status: ServiceStatus): void {
    const { gauges, counters } = this.#families;
    const { state, health, limits } = status;
    const memory = limits?.memory_bytes ?? null;
    gauges.service_up.set(labels, Number(state === 'running' && health !== 'unhealthy'));
    setTime(gauges.service_start_time_seconds, labels, status.started_at);
    gauges.service_oom_killed.set(labels, Number(status.oom_killed));
    if (memory !== null) gauges.service_memory_limit_bytes.set(labels, memory);
    gauges.service_limits_not_enforced.set(labels, limits?.not_enforced.length ?? 0);
    counters.service_restarts_total.inc(labels, status.restarts);
  }
}

/** A time that nobody knows is left out. */
function setTime(
  gauge: Families['gauges']['start_time_seconds'],
  labels: Record<string, string>,
  at: string | null | undefined,
): void {
  const ms = Date.parse(at ?? '');
  if (Number.isFinite(ms)) gauge.set(labels, ms / 1000);
}

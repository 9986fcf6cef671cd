import { type LocalStatus, status } from '../../protocol/operations/status.ts';
import type { EventOf } from '../../protocol/reports/events.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import type { Host } from '../ports/host.ts';
import type { LineStatus } from '../ports/line.ts';
import { type Offer, offer } from './offer.ts';

type Sample = EventOf<'sample'>;

/** What does not change while the agent runs. */
export interface AgentIdentity {
  readonly device: string;
  /** The host's name, where it is another than the id that the device keeps with none configured; else `null`. */
  readonly otherHostName: string | null;
  readonly groups: readonly string[];
  /** For people; without credentials. */
  readonly brokerUrl: string;
  readonly agentVersion: string;
  /** When the agent's process started, ISO 8601. */
  readonly startedAt: string;
}

export interface StatusSources {
  readonly identity: AgentIdentity;
  readonly broker: { status(): LineStatus };
  readonly state: Pick<AgentState, 'engine' | 'statuses' | 'findings'>;
  readonly reporter: {
    /** Reports that wait for the broker. */
    pending(): { events: number; statuses: number };
  };
  readonly host: Pick<Host, 'readFacts' | 'readClock'>;
  /** What is used now, measured over a moment. */
  readonly meter: { measure(signal: AbortSignal): Promise<Sample> };
}

export function offerStatus(sources: StatusSources): Offer<LocalStatus> {
  return offer(status, async (_, signal) => {
    const sample = await sources.meter.measure(signal);
    return { kind: 'done', answer: localStatus(sources, sample) };
  });
}

function localStatus(
  { identity, broker, state, reporter, host }: StatusSources,
  sample: Sample,
): LocalStatus {
  const { trouble } = state.engine.value;
  return {
    device: identity.device,
    host_name: identity.otherHostName,
    groups: identity.groups,
    agent_version: identity.agentVersion,
    started_at: identity.startedAt,
    broker: brokerPart(broker.status(), identity.brokerUrl),
    engine: {
      is_reachable: trouble === null,
      message: trouble?.message ?? null,
      hint: trouble?.hint ?? null,
    },
    outbox: reporter.pending(),
    host: hostPart(host, sample),
    deployments: inOrder(state.statuses.value),
    usage: sample.services ?? {},
    findings: [...state.findings.value],
  };
}

function brokerPart({ isConnected, ...rest }: LineStatus, url: string): LocalStatus['broker'] {
  return { is_connected: isConnected, ...rest, url };
}

function hostPart(host: StatusSources['host'], sample: Sample): NonNullable<LocalStatus['host']> {
  const { memoryTotalBytes, diskTotalBytes } = host.readFacts();
  return {
    clock_synchronised: host.readClock().isSynchronised,
    cpu_percent: sample.cpu_percent,
    memory: { total_bytes: memoryTotalBytes, available_bytes: sample.memory_available_bytes },
    disk: { total_bytes: diskTotalBytes, available_bytes: sample.disk_available_bytes },
    temperature_celsius: sample.temperature_celsius,
  };
}

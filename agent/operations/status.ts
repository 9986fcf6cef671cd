import { type LocalStatus, status } from '../../protocol/operations/status.ts';
import type { BriefFinding } from '../../protocol/reports/finding.ts';
import type { Status } from '../../protocol/reports/status.ts';
import type { LineStatus } from '../ports/line.ts';
import { type Offer, offer } from './offer.ts';

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
  /** Why the engine does not answer; `null` while it does. */
  readonly engine: {
    readonly value: { readonly trouble: { readonly message: string; readonly hint: string | null } | null };
  };
  readonly reporter: {
    /** Reports that wait for the broker. */
    pending(): { events: number; statuses: number };
    /** As they were last told. */
    statuses(): Status[];
  };
  readonly diagnosis: { brief(): readonly BriefFinding[] };
}

export function offerStatus(sources: StatusSources): Offer<LocalStatus> {
  return offer(status, async () => ({ kind: 'done', answer: localStatus(sources) }));
}

function localStatus({ identity, broker, engine, reporter, diagnosis }: StatusSources): LocalStatus {
  return {
    device: identity.device,
    host_name: identity.otherHostName,
    groups: identity.groups,
    agent_version: identity.agentVersion,
    started_at: identity.startedAt,
    broker: brokerPart(broker.status(), identity.brokerUrl),
    engine: {
      is_reachable: engine.value.trouble === null,
      message: engine.value.trouble?.message ?? null,
      hint: engine.value.trouble?.hint ?? null,
    },
    outbox: reporter.pending(),
    deployments: reporter.statuses(),
    findings: [...diagnosis.brief()],
  };
}

function brokerPart({ isConnected, ...rest }: LineStatus, url: string): LocalStatus['broker'] {
  return { is_connected: isConnected, ...rest, url };
}

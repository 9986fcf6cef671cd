// What the technician's socket, page and commands may ask of the running agent.
import type { Status } from '../../protocol/reports/status.ts';
import type { BrokerStatus } from './broker.ts';

/** The answer of `GET /v1/status`, and of `holdfast status --json`. */
export interface LocalStatus {
  readonly device: string;
  /** The host's name, where it is another than the id that the device keeps with none configured; else `null`. */
  readonly host_name: string | null;
  readonly groups: readonly string[];
  readonly agent_version: string;
  /** When the agent process started, ISO 8601. */
  readonly started_at: string;
  readonly broker: Omit<BrokerStatus, 'isConnected'> & {
    readonly is_connected: boolean;
    readonly url: string;
  };
  readonly engine: {
    readonly is_reachable: boolean;
    readonly message: string | null;
    /** What to do about an engine that does not answer. */
    readonly hint: string | null;
  };
  /** Reports that wait for the broker. */
  readonly outbox: { readonly events: number; readonly statuses: number };
  readonly deployments: readonly Status[];
}

export interface LocalApi {
  status(): LocalStatus;
  /** Tries again what was barred or held back of a deployment; `false` when there is no such deployment. */
  retry(deployment: string): boolean;
}

/** The answer to a request that could not be carried out; comes with a 4xx or 5xx. */
export interface LocalError {
  /** A stable word for programs, e.g. `not_found`. */
  readonly code: string;
  readonly message: string;
}

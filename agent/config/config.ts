// The configuration as the rooms get it: parsed, checked, frozen. Absent means `null`, never an empty string.
import type { BrokerAddress } from '../../lib/mqtt/broker-address.ts';

export interface BrokerConfig extends BrokerAddress {
  /** As configured; without credentials, so it may be shown. */
  readonly url: string;
  readonly username: string | null;
  /** Read at each connect, as are the TLS files, so that a rotated one is taken up. */
  readonly passwordFile: string | null;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly topicPrefix: string;
  /** The window over which a fleet's reconnects spread after a loss. */
  readonly reconnectWithinMs: number;
}

export interface RegistryConfig {
  readonly username: string;
  /** Read at each use. */
  readonly passwordFile: string;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface Config {
  /** Where it was read from. */
  readonly file: string;
  readonly device: string;
  /** In lower case. */
  readonly hostName: string;
  /** Whether the file says the device's id; else it is kept, or the host name. */
  readonly isDeviceConfigured: boolean;
  /** In order of precedence: the first wins where two groups name the same deployment. */
  readonly groups: readonly string[];
  readonly dataDir: string;
  readonly broker: BrokerConfig;
  readonly engine: { readonly socket: string };
  /** By host, as image references name it: `registry.example.com`, `localhost:5000`. */
  readonly registries: Readonly<Record<string, RegistryConfig>>;
  readonly images: {
    /** How long an image of ours stays that nobody needs any more. */
    readonly graceMs: number;
    /** What a pull must leave free on the engine's disk. */
    readonly reserveBytes: number;
  };
  readonly report: {
    /** How often the device state is told when nothing changes. */
    readonly intervalMs: number;
    /** 0 for no samples. */
    readonly sampleIntervalMs: number;
    /** What the events that wait for the broker may take on disk. */
    readonly outboxBytes: number;
  };
  readonly local: {
    readonly socket: string;
    /** Where the page is; `null` for none. */
    readonly http: ListenAddress | null;
    /** Holds what opens the page, read at each use; `null`: whoever can reach it may read it. */
    readonly httpTokenFile: string | null;
  };
  readonly trust: { readonly required: boolean; readonly keysDir: string };
  /** Under which topic prefix Home Assistant is told of the device; `null`: it is not. */
  readonly homeAssistant: { readonly prefix: string } | null;
  readonly log: { readonly level: LogLevel };
}

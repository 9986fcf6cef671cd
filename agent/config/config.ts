// The configuration as the rooms get it: parsed, checked, frozen. Absent means `null`, never an empty string.
export interface BrokerConfig {
  /** As configured; without credentials, so it may be shown. */
  readonly url: string;
  readonly protocol: 'mqtt' | 'mqtts';
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  /** Read at each connect, as are the TLS files, so that a rotated one is taken up. */
  readonly passwordFile: string | null;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly topicPrefix: string;
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
  /** In order of precedence: the first wins where two groups name the same deployment. */
  readonly groups: readonly string[];
  readonly dataDir: string;
  readonly broker: BrokerConfig;
  readonly engine: { readonly socket: string };
  /** By host, as image references name it: `registry.example.com`, `localhost:5000`. */
  readonly registries: Readonly<Record<string, RegistryConfig>>;
  readonly report: { readonly intervalMs: number };
  readonly local: { readonly socket: string; readonly http: ListenAddress | null };
  readonly trust: { readonly required: boolean; readonly keysDir: string };
  readonly log: { readonly level: LogLevel };
}

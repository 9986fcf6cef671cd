// Reads file and environment once, and returns the frozen configuration that everything else is built from.
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { type Fault, formatPath } from '../../protocol/faults.ts';
import { checkConfig } from './check-config.ts';
import type { BrokerConfig, Config, RegistryConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { readToml } from './read-toml.ts';
import { type ConfigFile, configSchema, deviceSchema } from './schema.ts';

const DEFAULT_CONFIG_PATH = '/etc/holdfast/holdfast.toml';

export interface ReadConfigOptions {
  /** What `--config` said; it beats `HOLDFAST_CONFIG`. */
  readonly argvConfigPath?: string | undefined;
  /** Default: the process's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the machine's host name. */
  readonly hostName?: string;
  /** The id that the device had at its last start, by its `data_dir`; `null` for none. Default: none. */
  readonly readKeptDevice?: (dataDir: string) => string | null;
}

/** Throws `ConfigError`, with every fault that was found. */
export function readConfig(options: ReadConfigOptions = {}): Config {
  const { argvConfigPath, env = process.env, readKeptDevice = () => null } = options;
  const hostName = (options.hostName ?? hostname()).toLowerCase();
  const file = path.resolve(argvConfigPath || env.HOLDFAST_CONFIG || DEFAULT_CONFIG_PATH);
  const parsed = v.safeParse(configSchema, readToml(file));
  if (!parsed.success) throw new ConfigError('bad_value', { file, faults: parsed.issues.map(toFault) });
  const faults = checkConfig(parsed.output);
  // The host name counts once: a device whose id changed with it would be a stranger to its fleet.
  const device = parsed.output.device ?? readKeptDevice(parsed.output.data_dir) ?? hostName;
  // The others were checked before, so a fault here is the host name's.
  if (!v.is(deviceSchema, device)) {
    faults.push({ path: 'device', message: 'the host name is no device id; set device = "…" in the file' });
  }
  if (faults.length > 0) throw new ConfigError('bad_value', { file, faults });
  return toConfig(parsed.output, { file, device, hostName, credentialsDir: env.CREDENTIALS_DIRECTORY });
}

function toFault(issue: v.BaseIssue<unknown>): Fault {
  const parts = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  return { path: formatPath(parts), message: issue.message };
}

interface ConfigOrigin {
  readonly file: string;
  readonly device: string;
  readonly hostName: string;
  /** Where systemd puts `LoadCredential=` files. */
  readonly credentialsDir: string | undefined;
}

function toConfig(parsed: ConfigFile, { file, device, hostName, credentialsDir }: ConfigOrigin): Config {
  return Object.freeze({
    file,
    device,
    hostName,
    isDeviceConfigured: parsed.device !== undefined,
    groups: Object.freeze(parsed.groups),
    dataDir: parsed.data_dir,
    broker: toBroker(parsed.broker, credentialsDir),
    engine: Object.freeze(parsed.engine),
    registries: toRegistries(parsed.registries),
    images: Object.freeze({ graceMs: parsed.images.grace, reserveBytes: parsed.images.reserve }),
    report: Object.freeze({
      intervalMs: parsed.report.interval,
      sampleIntervalMs: parsed.report.sample_interval,
      outboxBytes: parsed.report.outbox,
    }),
    local: Object.freeze({
      socket: parsed.local.socket,
      http: parsed.local.http && Object.freeze(parsed.local.http),
      httpTokenFile: orNull(parsed.local.http_token_file),
    }),
    trust: Object.freeze({ required: parsed.trust.required, keysDir: parsed.trust.keys_dir }),
    homeAssistant: toHomeAssistant(parsed.home_assistant),
    log: Object.freeze(parsed.log),
  });
}

function toBroker(parsed: ConfigFile['broker'], credentialsDir: string | undefined): BrokerConfig {
  const username = orNull(parsed.username);
  const passwordFile = orNull(parsed.password_file) ?? findCredential(credentialsDir, 'broker.password');
  return Object.freeze({
    ...parsed.url,
    username,
    // MQTT 3.1.1 has no password without a user name.
    passwordFile: username === null ? null : passwordFile,
    caFile: orNull(parsed.ca_file),
    certFile: orNull(parsed.cert_file),
    keyFile: orNull(parsed.key_file),
    topicPrefix: parsed.topic_prefix,
    reconnectWithinMs: parsed.reconnect_within,
  });
}

function toHomeAssistant({ discovery, prefix }: ConfigFile['home_assistant']): Config['homeAssistant'] {
  return discovery ? Object.freeze({ prefix }) : null;
}

function toRegistries(parsed: ConfigFile['registries']): Readonly<Record<string, RegistryConfig>> {
  const entries = Object.entries(parsed).map(([host, { username, password_file }]) => [
    host,
    Object.freeze({ username, passwordFile: password_file }),
  ]);
  return Object.freeze(Object.fromEntries(entries));
}

function findCredential(directory: string | undefined, name: string): string | null {
  if (directory === undefined || directory === '') return null;
  const file = path.join(directory, name);
  return existsSync(file) ? file : null;
}

function orNull(value: string): string | null {
  return value === '' ? null : value;
}

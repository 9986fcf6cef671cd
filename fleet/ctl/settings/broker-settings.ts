// Which broker, as whom and trusting whom: options first, then the environment, then the file of contexts. Settings of
// two brokers are never mixed: what names a broker on the command line takes nothing from a context.
// Tested in test/fleet/ctl/settings/settings.test.ts.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../../lib/program/command-failure.ts';
import { nearestName } from '../../../lib/render/nearest-name.ts';
import { type ContextEntry, readSettingsFile, type SettingsFile, settingsPath } from './settings-file.ts';

/** What the command line says of the broker. */
export interface BrokerOptions {
  readonly context?: string | undefined;
  readonly broker?: string | undefined;
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly topicPrefix?: string | undefined;
}

export type PasswordSource =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'text'; readonly text: string };

/** Files are absolute; nothing of them has been read. */
export interface BrokerSettings {
  readonly url: string;
  readonly username: string | undefined;
  readonly password: PasswordSource | undefined;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly topicPrefix: string | undefined;
}

interface Around {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Throws `UsageError` where no broker is named, or two are. */
export function readBrokerSettings(options: BrokerOptions, { environment, cwd }: Around): BrokerSettings {
  const found = findBroker(options, environment);
  const path = (file: string | undefined): string | undefined => (file ? resolve(cwd, file) : undefined);
  const settings: BrokerSettings = {
    url: found.url,
    username: options.username ?? found.username,
    password: options.passwordFile
      ? { kind: 'file', file: resolve(cwd, options.passwordFile) }
      : found.password,
    caFile: path(options.ca) ?? found.caFile,
    certFile: path(options.cert) ?? found.certFile,
    keyFile: path(options.key) ?? found.keyFile,
    topicPrefix: options.topicPrefix ?? found.topicPrefix,
  };
  checkTls(settings);
  return settings;
}

function findBroker(options: BrokerOptions, environment: Around['environment']): BrokerSettings {
  if (options.context !== undefined && options.broker !== undefined)
    throw new UsageError('--context and --broker name two brokers', 'leave one of them out');
  const direct = options.broker ?? (options.context === undefined ? environment.HOLDFAST_BROKER : undefined);
  if (direct) return { ...NOTHING, url: direct, password: passwordIn(environment) };
  const file = settingsPath(environment);
  const settings = readSettingsFile(file, existsSync);
  const name = options.context ?? settings?.current;
  if (name === undefined) throw noBroker(file, settings);
  const entry = settings?.contexts[name];
  if (entry === undefined) throw noContext(name, file, settings);
  return fromContext(entry, file);
}

const NOTHING = {
  ...{ username: undefined, password: undefined, topicPrefix: undefined },
  ...{ caFile: undefined, certFile: undefined, keyFile: undefined },
};

function passwordIn({ HOLDFAST_BROKER_PASSWORD: text }: Around['environment']): PasswordSource | undefined {
  return text ? { kind: 'text', text } : undefined;
}

/** Paths in the file are meant from its own folder. */
function fromContext(entry: ContextEntry, file: string): BrokerSettings {
  const beside = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(file, '..', path);
  return {
    ...{ url: entry.broker, username: entry.username, topicPrefix: entry.topic_prefix },
    password: passwordOf(entry, beside),
    caFile: beside(entry.ca_file),
    certFile: beside(entry.cert_file),
    keyFile: beside(entry.key_file),
  };
}

function passwordOf(
  { password_file: file, password_command: command }: ContextEntry,
  beside: (path: string) => string | undefined,
): PasswordSource | undefined {
  if (file !== undefined && command !== undefined)
    throw new UsageError('password_file and password_command do not go together');
  if (command !== undefined) return { kind: 'command', command };
  const path = file === undefined ? undefined : beside(file);
  return path === undefined ? undefined : { kind: 'file', file: path };
}

function noBroker(file: string, settings: SettingsFile | null): UsageError {
  const names = Object.keys(settings?.contexts ?? {});
  const hint =
    names.length === 0
      ? 'pass --broker URL or set HOLDFAST_BROKER, e.g. mqtt://localhost:1883'
      : `pass --context NAME (${file} has ${names.join(', ')}), or set current there`;
  return new UsageError('no broker is given', hint);
}

function noContext(name: string, file: string, settings: SettingsFile | null): UsageError {
  if (settings === null) return new UsageError(`there is no context "${name}": ${file} does not exist`);
  const names = Object.keys(settings.contexts);
  const nearest = nearestName(name, names);
  const hint = nearest === null ? `there are ${names.join(', ') || 'none'}` : `did you mean ${nearest}?`;
  return new UsageError(`${file} has no context "${name}"`, hint);
}

function checkTls({ url, caFile, certFile, keyFile }: BrokerSettings): void {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new UsageError(
      'a client certificate needs its key, and a key its certificate',
      'give --cert and --key',
    );
  if ((caFile ?? certFile) !== undefined && /^mqtt:/i.test(url))
    throw new UsageError('certificates are for mqtts://, and the broker is mqtt://');
}

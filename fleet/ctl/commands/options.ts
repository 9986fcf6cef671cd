// Options as they come from the command line, parsed into values once.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import * as v from 'valibot';
import { readTextFile } from '../../../lib/document/read-file.ts';
import { UsageError } from '../../../lib/program/command-failure.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import { purgedSchema } from '../../../protocol/deployment/purge.ts';
import {
  type Addressee,
  checkTopicPrefix,
  DEFAULT_TOPIC_PREFIX,
  parseAddressee,
} from '../../../protocol/topics.ts';
import { parseDurationMs } from '../../../protocol/values/duration.ts';
import { NAME_PATTERN } from '../../../protocol/values/names.ts';
import type { Broker } from '../broker/broker.ts';
import { readDestination } from '../broker/broker-url.ts';
import { connectBroker } from '../broker/connect.ts';
import type { Context } from '../context/context.ts';
import { readBrokerSettings } from '../settings/broker-settings.ts';
import { readPassword } from '../settings/read-password.ts';

const flag = v.optional(v.boolean(), false);
const value = v.optional(v.string());

/** What every command takes. */
export const commonSchema = v.object({
  ...{ json: flag, context: value, broker: value, username: value, passwordFile: value },
  ...{ ca: value, cert: value, key: value, topicPrefix: value },
});
export type CommonOptions = v.InferOutput<typeof commonSchema>;

/** What all that reads Compose files takes. */
export const fileSchema = v.object({
  name: value,
  /** Services of these profiles are taken too. */
  profile: v.optional(v.array(v.string())),
  envFile: v.optional(v.array(v.string())),
});

/** What all that publishes takes. */
export const publishSchema = v.object({
  ...commonSchema.entries,
  to: v.array(v.string()),
  revision: value,
  force: flag,
  wait: flag,
  timeout: v.optional(v.string(), '10m'),
});

/** The system's own bundle of authorities has some 200 KiB. */
const MAX_PEM_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 15_000;

/** Connects to the broker that options, environment or a context name. */
export async function openBroker(options: CommonOptions, context: Context): Promise<Broker> {
  const settings = readBrokerSettings(options, context);
  const { address, login } = readDestination(settings.url);
  const { username = login.username, password: source } = settings;
  const password = source === undefined ? login.password : readPassword(source);
  return connectBroker({
    destination: { address, login: { username, password } },
    tls: {
      ca: readPem('the authority', settings.caFile),
      cert: readPem('the certificate', settings.certFile),
      key: readPem('the key', settings.keyFile),
    },
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    clock: systemClock,
    signal: context.signal,
    pause: context.pause,
  });
}

function readPem(what: string, file: string | undefined): string | null {
  if (file === undefined) return null;
  const read = readTextFile(file, MAX_PEM_BYTES);
  if (!read.ok) throw new UsageError(`${what} ${file} cannot be read: ${read.message}`);
  return read.text;
}

export function readPrefix(options: CommonOptions, context: Context): string {
  const prefix = readBrokerSettings(options, context).topicPrefix ?? DEFAULT_TOPIC_PREFIX;
  const problem = checkTopicPrefix(prefix);
  if (problem !== null) throw new UsageError(`the topic prefix "${prefix}": ${problem}`);
  return prefix;
}

export function readAddressee(text: string): Addressee {
  const to = parseAddressee(text);
  if (to === null) throw new UsageError(`"${text}" is no target`, 'write devices/ID or groups/NAME');
  return to;
}

/** Each once, in the order in which they are given. */
export function readAddressees(texts: readonly string[]): Addressee[] {
  return [...new Set(texts)].map(readAddressee);
}

/** A name as topics and labels carry it; `what` names the option or argument. */
export function readName(what: string, name: string): string {
  if (NAME_PATTERN.test(name)) return name;
  throw new UsageError(
    `${what} "${name}" is no name`,
    'up to 63 lower-case letters, digits, "-" and "_", a letter or digit first',
  );
}

/** What a removal deletes: a volume, whose name may have capitals and dots, or a path in the deployment's folder. */
export function readPurged(text: string): string {
  if (v.is(purgedSchema, text)) return text;
  throw new UsageError(
    `--purge "${text}" is neither the name of a volume nor a path in the folder`,
    'a name has up to 63 letters, digits, ".", "-" and "_", with "shared/" before it for a shared volume; a path begins with "./", such as "./data", or is "./" for all',
  );
}

export function readTimeoutMs(text: string): number {
  const ms = parseDurationMs(text);
  // Longer ones overflow the timer, and would end at once.
  if (ms === null || ms <= 0 || ms > 24 * 3_600_000) {
    throw new UsageError(`--timeout "${text}" is no duration up to 24h`, 'write it as 30s or 10m');
  }
  return ms;
}

export function readRevision(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const revision = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(revision) && revision > 0) return revision;
  throw new UsageError(`--revision "${text}" is no whole number from 1`);
}

export function readPercent(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && percent <= 100) return percent;
  throw new UsageError(`--percent "${text}" is no number from 0 to 100`);
}

// The shape of holdfast.toml, with its defaults. Each message says what is expected there.
import * as v from 'valibot';
import { parseByteSize } from '../../protocol/byte-size.ts';
import { parseDurationMs } from '../../protocol/duration.ts';
import { DEVICE_PATTERN, NAME_PATTERN } from '../../protocol/names.ts';
import { checkTopicPrefix, DEFAULT_TOPIC_PREFIX } from '../../protocol/topics.ts';
import { parseBrokerUrl, parseListenAddress } from './values.ts';

/** More could not be subscribed to at every broker, and no deployment is looked up in so many places. */
const MAX_GROUPS = 32;
const MIN_REPORT_INTERVAL_MS = 1000;
/** Room for the largest event, and some. */
const MIN_OUTBOX_BYTES = 256 * 1024;

const text = (expected: string) => v.pipe(v.string(expected), v.nonEmpty(expected));
const matching = (pattern: RegExp, expected: string) =>
  v.pipe(v.string(expected), v.regex(pattern, expected));

const PATH = 'an absolute path';
const pathSchema = matching(/^\/[^\0]+$/, PATH);
/** A path, or an empty string for none. */
const optionalPathSchema = v.optional(matching(/^(\/[^\0]+)?$/, `${PATH}, or "" for none`), '');

/** A parser that answers a string when it fails, as a schema. */
function parsed<T>(parse: (input: string) => T | string, expected: string) {
  return v.pipe(
    v.string(expected),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const result = parse(dataset.value);
      if (typeof result !== 'string') return result;
      addIssue({ message: result });
      return NEVER;
    }),
  );
}

/** A TOML table whose keys are all known. */
function table<T extends v.ObjectEntries>(entries: T) {
  const keys = Object.keys(entries).join(', ');
  return v.strictObject(entries, (issue) => {
    if (issue.expected === 'never') return `unknown key; known here: ${keys}`;
    return issue.expected === 'Object' ? `a table with some of: ${keys}` : 'required, but missing';
  });
}

const DEVICE = 'a device id of 1 to 63 lower-case letters, digits or "-", starting with a letter or digit';
const GROUP =
  'a group name of 1 to 63 lower-case letters, digits, "-" or "_", starting with a letter or digit';
const INTERVAL = 'a duration of at least 1s, e.g. "6h"';
const SAMPLE_INTERVAL = 'a duration of at least 1s, e.g. "15m", or "0s" for no samples';
const OUTBOX = 'a size of at least 256K, e.g. "16M"';
const GRACE = 'a duration, e.g. "1h"';
const RESERVE = 'a size, e.g. "512M"';

export const deviceSchema = matching(DEVICE_PATTERN, DEVICE);

function parseReportInterval(input: string): number | string {
  const ms = parseDurationMs(input);
  return ms === null || ms < MIN_REPORT_INTERVAL_MS ? INTERVAL : ms;
}

function parseSampleInterval(input: string): number | string {
  const ms = parseDurationMs(input);
  return ms === null || (ms !== 0 && ms < MIN_REPORT_INTERVAL_MS) ? SAMPLE_INTERVAL : ms;
}

function parseOutbox(input: string): number | string {
  const bytes = parseByteSize(input);
  return bytes === null || bytes < MIN_OUTBOX_BYTES ? OUTBOX : bytes;
}

const brokerSchema = table({
  url: v.pipe(
    parsed((url) => {
      const address = parseBrokerUrl(url);
      return typeof address === 'string' ? address : { url, ...address };
    }, 'a URL such as "mqtts://broker.example.com:8883"'),
  ),
  username: v.optional(v.string('a user name'), ''),
  password_file: optionalPathSchema,
  ca_file: optionalPathSchema,
  cert_file: optionalPathSchema,
  key_file: optionalPathSchema,
  topic_prefix: v.optional(
    v.pipe(
      v.string('a topic prefix such as "holdfast/v1"'),
      v.check(
        (prefix) => checkTopicPrefix(prefix) === null,
        (issue) => checkTopicPrefix(issue.input) ?? '',
      ),
    ),
    DEFAULT_TOPIC_PREFIX,
  ),
});

const registrySchema = table({ username: text('a user name'), password_file: pathSchema });

export const configSchema = table({
  device: v.optional(deviceSchema),
  groups: v.optional(
    v.pipe(
      v.array(matching(NAME_PATTERN, GROUP), 'a list of group names, e.g. ["berlin"]'),
      v.maxLength(MAX_GROUPS, `at most ${MAX_GROUPS} groups`),
      v.check((groups) => new Set(groups).size === groups.length, 'each group once'),
    ),
    [],
  ),
  data_dir: v.optional(pathSchema, '/var/lib/holdfast'),
  broker: brokerSchema,
  engine: v.optional(table({ socket: v.optional(pathSchema, '/var/run/docker.sock') }), {}),
  registries: v.optional(
    v.record(
      matching(
        /^[A-Za-z0-9.-]+(:\d{1,5})?$/,
        'a registry host such as "registry.example.com" or "localhost:5000"',
      ),
      registrySchema,
      'tables such as [registries."registry.example.com"]',
    ),
    {},
  ),
  images: v.optional(
    table({
      grace: v.optional(
        parsed((input) => parseDurationMs(input) ?? GRACE, GRACE),
        '1h',
      ),
      reserve: v.optional(
        parsed((input) => parseByteSize(input) ?? RESERVE, RESERVE),
        '512M',
      ),
    }),
    {},
  ),
  report: v.optional(
    table({
      interval: v.optional(parsed(parseReportInterval, INTERVAL), '6h'),
      sample_interval: v.optional(parsed(parseSampleInterval, SAMPLE_INTERVAL), '15m'),
      outbox: v.optional(parsed(parseOutbox, OUTBOX), '16M'),
    }),
    {},
  ),
  local: v.optional(
    table({
      socket: v.optional(pathSchema, '/run/holdfast/api.sock'),
      http: v.optional(parsed(parseListenAddress, '"HOST:PORT", or "" for none'), '127.0.0.1:8477'),
    }),
    {},
  ),
  trust: v.optional(
    table({
      required: v.optional(
        v.pipe(
          v.boolean('true or false'),
          v.value(
            false,
            'signed deployments are not carried out yet by this version; only false is possible',
          ),
        ),
        false,
      ),
      keys_dir: v.optional(pathSchema, '/etc/holdfast/trust.d'),
    }),
    {},
  ),
  log: v.optional(
    table({
      level: v.optional(
        v.picklist(
          ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
          'one of trace, debug, info, warn, error, fatal',
        ),
        'info',
      ),
    }),
    {},
  ),
});

export type ConfigFile = v.InferOutput<typeof configSchema>;

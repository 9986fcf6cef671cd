// The shape of holdfast.toml, with its defaults. Each message says what is expected there.
// Tested in test/agent/config/read-config.test.ts.
import * as v from 'valibot';
import { checkTopicPrefix, DEFAULT_TOPIC_PREFIX } from '../../protocol/topics.ts';
import { boundOf } from '../../protocol/values/bound.ts';
import { parseByteSize } from '../../protocol/values/byte-size.ts';
import { parseDurationMs } from '../../protocol/values/duration.ts';
import { DEVICE_PATTERN, NAME_PATTERN } from '../../protocol/values/names.ts';
import { parseListenAddress, readBrokerUrl } from './values.ts';

/** More could not be subscribed to at every broker, and no deployment is looked up in so many places. */
const MAX_GROUPS = 32;
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
const DISCOVERY_PREFIX = 'one topic level of 1 to 63 letters, digits, "_" or "-", e.g. "homeassistant"';
export const deviceSchema = matching(DEVICE_PATTERN, DEVICE);

interface Range {
  readonly from: string;
  readonly to: string;
  readonly example: string;
  /** What zero means, where it is good although `from` is more. */
  readonly zero?: string;
}

// What the keys with a duration or a size may say, ends included.
/** Longer, and a device that lost its line alone would be away for too long. */
const RECONNECT_WITHIN = { from: '1s', to: '30m', example: '8s' };
const INTERVAL = { from: '1s', to: '30d', example: '6h' };
const SAMPLE_INTERVAL = { from: '1s', to: '30d', example: '15m', zero: 'or "0s" for no samples' };
const GRACE = { from: '0s', to: '366d', example: '1h' };
/** At least room for the largest event, and some. */
const OUTBOX = { from: '256K', to: '64G', example: '16M' };
const RESERVE = { from: '0', to: '16T', example: '512M' };

const duration = (range: Range) => within(range, 'a duration', parseDurationMs);
const size = (range: Range) => within(range, 'a size', parseByteSize);

function within({ from, to, example, zero }: Range, what: string, parse: (input: string) => number | null) {
  const expected = [`${what} from ${from} to ${to}, e.g. "${example}"`, zero].filter(Boolean).join(', ');
  const [least, most] = [boundOf(from, parse), boundOf(to, parse)];
  return parsed((input) => {
    const value = parse(input);
    if (value === null) return expected;
    const isZero = zero !== undefined && value === 0;
    return isZero || (value >= least && value <= most) ? value : expected;
  }, expected);
}

const brokerSchema = table({
  url: v.pipe(
    parsed((url) => {
      const address = readBrokerUrl(url);
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
  reconnect_within: v.optional(duration(RECONNECT_WITHIN), '8s'),
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
      grace: v.optional(duration(GRACE), '1h'),
      reserve: v.optional(size(RESERVE), '512M'),
    }),
    {},
  ),
  report: v.optional(
    table({
      interval: v.optional(duration(INTERVAL), '6h'),
      sample_interval: v.optional(duration(SAMPLE_INTERVAL), '15m'),
      outbox: v.optional(size(OUTBOX), '16M'),
    }),
    {},
  ),
  local: v.optional(
    table({
      socket: v.optional(pathSchema, '/run/holdfast/api.sock'),
      http: v.optional(parsed(parseListenAddress, '"HOST:PORT", or "" for none'), '127.0.0.1:8477'),
      http_token_file: optionalPathSchema,
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
  home_assistant: v.optional(
    table({
      discovery: v.optional(v.boolean('true or false'), false),
      prefix: v.optional(matching(/^[A-Za-z0-9_-]{1,63}$/, DISCOVERY_PREFIX), 'homeassistant'),
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

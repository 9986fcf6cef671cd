// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
// Grammars of what people write in Compose files, near the edges of what is still one.
import fc from 'fast-check';

/** Keys of one service, in the flow style of YAML. */
export interface Generated {
  readonly keys: string;
  /** The same service in a second file. */
  readonly over?: string;
  /** The text of its file of variables, which is then all that it has. */
  readonly envFile?: string;
}

interface Generator {
  readonly service: fc.Arbitrary<Generated>;
  readonly variables: Record<string, string>;
}

const VARIABLES = { SET: 'set', EMPTY: '', OTHER: 'a b', N: '5' };

const pick = (...values: readonly string[]) => fc.constantFrom(...values);
const joined = (part: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(part, { minLength: 1, maxLength }).map((parts) => parts.join(''));
const quoted = (text: string): string => JSON.stringify(text);
const flow = (value: unknown): string => JSON.stringify(value);
const service = (keys: fc.Arbitrary<string>): fc.Arbitrary<Generated> => keys.map((text) => ({ keys: text }));

const template = joined(
  pick(
    '$',
    '{',
    '}',
    '${',
    '$$',
    ':',
    '-',
    '+',
    '?',
    'SET',
    'EMPTY',
    'UNSET',
    'a',
    ' ',
    '"',
    '${SET',
    '${UNSET',
    ':-',
    '1',
  ),
  8,
);

const number = joined(pick('0', '1', '7', '8', '9', '.', '-', '+', 'e', 'x', 'o', 'F'), 5).filter(
  // Rows of the table: fractions and exponents stay as written, and what is a number of YAML 1.1 alone.
  (text) => !/[.e]/.test(text) && !/^[-+]0[xo]/.test(text) && text !== '-',
);

const envLine = fc
  .tuple(
    pick('A', 'B', 'export C', ' D', 'SET', 'UNSET'),
    pick('=', '=', '=', ' = ', ': ', ''),
    joined(
      pick('a', ' ', '#', ' #', '"', "'", '\\', '\\n', '\\$', '$SET', '${A}', '$$', '${UNSET:-x}', '=', '\t'),
      6,
    ),
  )
  .map(([name, equals, value]) => (equals === '' ? name : `${name}${equals}${value}`));

const port = fc
  .tuple(
    pick('', '', '127.0.0.1:', '0.0.0.0:', '[::1]:', ':'),
    pick('', '80:', '8080:', '80-82:', '9-8:', '0080:'),
    pick('80', '443', '80-82', '0080', '90-91'),
    pick('', '', '/tcp', '/udp', '/UDP', '/sctp'),
  )
  .map((parts) => parts.join(''));

const mount = fc
  .tuple(
    pick('/a', '/a/../b', 'vol', '/a/', '/var/lib'),
    pick(':/x', ':/x/', ':/x/../y', ':/z/./w', ''),
    pick('', '', ':ro', ':rw', ':z', ':ro,cached', ':nocopy', ':rslave', ':ro,Z'),
  )
  .map((parts) => parts.join(''));

const word = joined(pick('a', 'b', '"', "'", ' ', '\\"', '\\ ', '-', '$SET', '$$', '='), 7);

const size = fc
  .tuple(
    pick('64', '1.5', '0.5', '512', '67108864'),
    pick('', ' '),
    pick('', 'b', 'k', 'm', 'M', 'mb', 'MiB', 'Gi', 'g', 't'),
  )
  .map((parts) => parts.join(''));
const duration = joined(pick('1', '5', '.', 's', 'm', 'h', 'ms', '10s', '1m'), 4);

/** What one file says of a key, and the next. */
const OVERRIDES: readonly (readonly [string, fc.Arbitrary<unknown>])[] = [
  [
    'environment',
    fc.oneof(fc.dictionary(pick('A', 'B', 'C'), pick('1', '2')), fc.array(pick('A=1', 'B=2', 'C=x'))),
  ],
  ['labels', fc.oneof(fc.dictionary(pick('a', 'b'), pick('1', '2')), fc.array(pick('a=1', 'b')))],
  ['command', fc.array(pick('a', 'b'), { minLength: 1 })],
  ['ports', fc.uniqueArray(pick('1:1', '2:2', '127.0.0.1:3:3', '4:4/udp'))],
  ['volumes', fc.uniqueArray(pick('/a:/x', '/b:/y/', 'vol:/z:ro'))],
  ['dns', fc.oneof(pick('1.1.1.1'), fc.array(pick('1.1.1.1', '2.2.2.2'), { minLength: 1 }))],
  ['cap_add', fc.uniqueArray(pick('NET_ADMIN', 'SYS_TIME'))],
  [
    'networks',
    fc.oneof(
      fc.uniqueArray(pick('net', 'default'), { minLength: 1 }),
      fc.constant({ net: { aliases: ['a'] } }),
    ),
  ],
  [
    'logging',
    fc.oneof(
      fc.constant({ driver: 'local' }),
      fc.constant({ driver: 'json-file', options: { 'max-file': '2' } }),
      fc.constant({ options: { 'max-size': '1m' } }),
    ),
  ],
  [
    'healthcheck',
    fc.oneof(
      fc.constant({ test: ['CMD', 'a'] }),
      fc.constant({ test: 'b', retries: 2 }),
      fc.constant({ interval: '5s' }),
    ),
  ],
  ['ulimits', fc.oneof(fc.constant({ nofile: 5 }), fc.constant({ nofile: { soft: 1, hard: 2 } }))],
  ['tmpfs', fc.oneof(pick('/t'), fc.uniqueArray(pick('/t', '/u'), { minLength: 1 }))],
  ['extra_hosts', fc.oneof(fc.constant(['a=1.1.1.1']), fc.constant({ b: '2.2.2.2' }))],
  [
    'deploy',
    fc.oneof(
      fc.constant({ resources: { limits: { memory: '64m' } } }),
      fc.constant({ resources: { limits: { cpus: '0.5' } } }),
    ),
  ],
];

const override = fc.constantFrom(...OVERRIDES).chain(([key, value]) =>
  fc.tuple(value, value).map(
    ([first, second]): Generated => ({
      keys: `${key}: ${flow(first)}`,
      over: `${key}: ${flow(second)}`,
    }),
  ),
);

export const GENERATORS: Readonly<Record<string, Generator>> = {
  variables: {
    service: service(template.map((text) => `environment: {A: ${quoted(text)}}`)),
    variables: VARIABLES,
  },
  'numbers without quotes': {
    service: service(number.map((text) => `environment: {A: ${text}}`)),
    variables: VARIABLES,
  },
  'files of variables': {
    service: fc
      .array(envLine, { minLength: 1, maxLength: 4 })
      .map((lines) => ({ keys: '', envFile: `${lines.join('\n')}\n` })),
    variables: VARIABLES,
  },
  ports: {
    service: service(fc.array(port, { minLength: 1, maxLength: 3 }).map((all) => `ports: ${flow(all)}`)),
    variables: {},
  },
  volumes: {
    service: service(fc.array(mount, { minLength: 1, maxLength: 2 }).map((all) => `volumes: ${flow(all)}`)),
    variables: {},
  },
  commands: {
    service: service(word.map((text) => `command: ${quoted(text)}, entrypoint: ${quoted(text)}`)),
    variables: VARIABLES,
  },
  sizes: { service: service(size.map((text) => `shm_size: ${quoted(text)}`)), variables: {} },
  durations: {
    service: service(duration.map((text) => `stop_grace_period: ${quoted(text)}`)),
    variables: {},
  },
  'two files': { service: override, variables: {} },
};

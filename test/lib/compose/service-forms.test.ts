// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
// Short forms of service keys, files of variables, and profiles.
import { describe, expect, test } from 'vitest';
import { readCompose } from '../../../lib/compose/read-compose.ts';
import { besideOf } from './beside.ts';

interface Around {
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
}

function read(text: string, { files = {}, variables = {}, profiles }: Around = {}) {
  return readCompose([{ file: 'compose.yaml', text }], {
    variables,
    profiles,
    fallbackName: 'folder',
    beside: besideOf(files),
  });
}
function faultsOf(result: ReturnType<typeof read>): string[] {
  if (result.ok) throw new Error('was found valid');
  return result.faults.map(({ line, path, message }) => `${line} ${path}: ${message}`);
}
function servicesOf(result: ReturnType<typeof read>): unknown {
  if (!result.ok) throw new Error(faultsOf(result).join('\n'));
  return result.content.services;
}
const serviceWith = (line: string): string =>
  `services: {s: {image: i, ${line}}, o: {image: o, ipc: shareable}}\nvolumes: {v: }\n`;

test.each<[string, object]>([
  ['devices: [/dev/a]', { devices: [{ source: '/dev/a' }] }],
  ['devices: ["/dev/a:/dev/b"]', { devices: [{ source: '/dev/a', target: '/dev/b' }] }],
  ['devices: ["/dev/a:r"]', { devices: [{ source: '/dev/a', permissions: 'r' }] }],
  ['devices: ["/dev/a:/dev/b:rw"]', { devices: [{ source: '/dev/a', target: '/dev/b', permissions: 'rw' }] }],
  ['devices: [nvidia.com/gpu=all]', { devices: [{ source: 'nvidia.com/gpu=all' }] }],
  ['gpus: all', { gpus: [{ count: 'all' }] }],
  ['gpus: [{count: -1}]', { gpus: [{ count: 'all' }] }],
  ['expose: [80, "53/udp", "3000-3001"]', { expose: ['80', '53/udp', '3000', '3001'] }],
  [
    'extra_hosts: ["a:10.0.0.1", "a=::1", "b=[::2]"]',
    { extra_hosts: { a: ['10.0.0.1', '::1'], b: ['::2'] } },
  ],
  ['extra_hosts: {a: 10.0.0.1, b: [10.0.0.2]}', { extra_hosts: { a: ['10.0.0.1'], b: ['10.0.0.2'] } }],
  [
    'ulimits: {nofile: 5, core: {soft: 0, hard: -1}}',
    { ulimits: { nofile: { soft: 5, hard: 5 }, core: { soft: 0, hard: -1 } } },
  ],
  [
    'labels: {a: 022, b: -010, c: 089, d: "022", e: 0x1F}',
    { labels: { a: '18', b: '-8', c: '89', d: '022', e: '31' } },
  ],
  ['ulimits: {nofile: 022}', { ulimits: { nofile: { soft: 18, hard: 18 } } }],
  ['labels: [a=b=c, d]', { labels: { a: 'b=c', d: '' } }],
  ['labels: {a: , b: 1.10}', { labels: { a: '', b: '1.10' } }],
  ['cap_add: [net_admin]', { cap_add: ['NET_ADMIN'] }],
  ['dns: 10.0.0.1', { dns: ['10.0.0.1'] }],
  ['tmpfs: /run', { tmpfs: ['/run'] }],
  ['pull_policy: if_not_present', { pull_policy: 'missing' }],
  ['pull_policy: always', { pull_policy: 'always' }],
  ['pull_policy: never', { pull_policy: 'never' }],
  ['platform: linux/arm/v7', { platform: 'linux/arm/v7' }],
  [
    'x-holdfast: {probe: {heartbeat: {target: /run/beat, file: loop, max_age: 5s}, grace: 1m}}',
    { probe: { heartbeat: { target: '/run/beat', file: 'loop', max_age: '5s' }, grace: '1m' } },
  ],
  ['shm_size: 67108864', { shm_size: '67108864' }],
  [
    'volumes: [{type: tmpfs, target: /t, tmpfs: {size: 4096, mode: 0755}}]',
    { volumes: [{ type: 'tmpfs', target: '/t', tmpfs: { size: '4096', mode: '0755' } }] },
  ],
  [
    'volumes: [{type: tmpfs, target: /t, tmpfs: {mode: 0o1777}}]',
    { volumes: [{ type: 'tmpfs', target: '/t', tmpfs: { mode: '1777' } }] },
  ],
  [
    'volumes: ["/a:/b:ro,rslave", "v:/v:nocopy"]',
    {
      volumes: [
        { type: 'bind', source: '/a', target: '/b', read_only: true, bind: { propagation: 'rslave' } },
        { type: 'volume', source: 'v', target: '/v', volume: { nocopy: true } },
      ],
    },
  ],
  [
    'network_mode: "service:o", ipc: "service:o"',
    {
      network_mode: 'service:o',
      ipc: 'service:o',
      depends_on: { o: { condition: 'service_started' } },
    },
  ],
  [
    'pid: "service:o", depends_on: {o: {condition: service_healthy}}',
    { pid: 'service:o', depends_on: { o: { condition: 'service_healthy' } } },
  ],
])('%s', (line, expected) => {
  expect(servicesOf(read(serviceWith(line)))).toMatchObject({ s: { image: 'i', ...expected } });
});

test.each([
  ['command: [chmod, 0755, /x]', 's.command[1]: 0755 is 493 in YAML; put it in quotes'],
  ['user: 0100', 's.user: 0100 is 64 in YAML; put it in quotes'],
  ['network_mode: bridge', '"bridge" is not carried out'],
  ['network_mode: "container:x"', 'write "service:NAME"'],
  ['network_mode: "service:nobody"', 'no such service'],
  ['pull_policy: daily', '"daily" is not carried out by Holdfast; it knows missing, always and never'],
  ['pull_policy: weekly', '"weekly" is not carried out'],
  ['pull_policy: every_12h', '"every_12h" is not carried out'],
  ['pull_policy: refresh', 'deploy a new tag or digest'],
  ['pull_policy: build', 'build and push the image'],
  ['platform: "x y"', '1 services.s.platform: '],
  ['x-holdfast: {probe: {heartbeat: {target: run}}}', '1 services.s.probe.heartbeat.target: '],
  ['x-holdfast: {probe: {heartbeat: {target: /r, max_age: soon}}}', '1 services.s.probe.heartbeat.max_age: '],
  ['x-holdfast: {probe: {heartbeat: {target: /r, port: 1}}}', '"port" is no key that stands here'],
  ['x-holdfast: {probe: {heartbeat: {target: /r}, tcp: {port: 1}}}', '1 services.s.probe: exactly one of'],
  ['gpus: some', 'expected "all" or a list'],
  ['devices: ["/a:/b:r:w"]', 'too many parts'],
  ['expose: ["9-8"]', 'no range'],
  ['expose: [x]', 'is no port'],
  ['extra_hosts: [a]', 'expected "name=address"'],
  ['volumes: [{type: tmpfs, target: /t, tmpfs: {mode: 755}}]', 'octal mode'],
  ['labels: [io.holdfast.service=x]', "none of the agent's own"],
  ['env_file: nowhere.env', '"nowhere.env" cannot be read: no such file'],
])('%s is refused', (line, message) => {
  expect(faultsOf(read(serviceWith(line))).join('\n')).toContain(message);
});

describe('env_file', () => {
  /** With backslashes, which are none of the file's. */
  const HERE = '\\\\server\\new\\temp';
  const environmentOf = (lines: string, more = '', around: Around = {}): unknown => {
    const text = `services: {s: {image: i, env_file: [a.env]${more}}}`;
    const services = servicesOf(read(text, { files: { 'a.env': lines, 'b.env': 'B=2\nA=b' }, ...around }));
    return Object(services).s.environment;
  };

  test.each<[string, Record<string, string>]>([
    ['A=1\n\n# note\n  B = two words # note\nexport C=\n', { A: '1', B: 'two words', C: '' }],
    ["A='$X # \\n'", { A: '$X # \\n' }],
    ['A="a\\n\\"b\\"" # note', { A: 'a\n"b"' }],
    ['A=1\nB=${A}-${NONE:-x}', { A: '1', B: '1-x' }],
    ['A=a#b', { A: 'a#b' }],
    ['HERE\nNOWHERE', { HERE }],
    ['A: yaml', { A: 'yaml' }],
    ['\ufeffA=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['A="share=${HERE}\\t"', { A: 'share=\\\\server\\new\\temp\t' }],
  ])('%j', (lines, expected) => {
    expect(environmentOf(lines, '', { variables: { HERE } })).toEqual(expected);
  });

  test('is beaten by environment, and an earlier file by a later one', () => {
    const text = 'services: {s: {image: i, env_file: [a.env, b.env], environment: {C: 3}}}';
    const files = { 'a.env': 'A=1\nC=1', 'b.env': 'A=2' };
    expect(servicesOf(read(text, { files }))).toEqual({
      s: { image: 'i', environment: { A: '2', C: '3' } },
    });
  });

  test("refers to earlier files, then to the shell, then to what stands above; as Compose's 2.26", () => {
    const text = 'services: {s: {image: i, env_file: [a.env, b.env], environment: {BASE: e}}}';
    const files = {
      'a.env': 'set=file\nK=$set\nJ=$BASE\nONLY=x\nM=$ONLY\nBASE=fb\nN=$BASE\nBARE\n',
      'b.env': 'BB=$ONLY\nQ=$BASE\nset\n',
    };
    const environment = (variables: Record<string, string>) =>
      Object(servicesOf(read(text, { files, variables }))).s.environment;
    const always = { set: 'file', ONLY: 'x', M: 'x', BASE: 'e', BB: 'x', Q: 'fb' };
    expect(environment({ set: 'lower' })).toEqual({ ...always, K: 'lower', J: '', N: 'fb' });
    expect(environment({ BASE: 'shell' })).toEqual({ ...always, K: 'file', J: 'shell', N: 'shell' });
  });

  test('raw takes values as they stand', () => {
    const text = 'services: {s: {image: i, env_file: [{path: a.env, format: raw}]}}';
    expect(servicesOf(read(text, { files: { 'a.env': 'A="$X" # b' } }))).toEqual({
      s: { image: 'i', environment: { A: '"$X" # b' } },
    });
  });

  test.each([
    ['A="open', '1 services.s.env_file[0]: "a.env" line 1: the quote is not closed'],
    ['A=1\n=2', '"a.env" line 2: expected NAME=value'],
    ['A=${B:?tell}', 'line 1: the variable B is required: tell'],
  ])('%j is told with its line', (lines, message) => {
    const text = 'services: {s: {image: i, env_file: a.env}}';
    expect(faultsOf(read(text, { files: { 'a.env': lines } })).join('\n')).toContain(message);
  });

  test('an unknown format is refused', () => {
    const text = 'services: {s: {image: i, env_file: [{path: a.env, format: json}]}}';
    expect(faultsOf(read(text)).join('\n')).toContain('the format "json" is not carried out');
  });
});

describe('profiles', () => {
  const text =
    'services: {s: {image: i}, d: {image: d, profiles: [debug, all]}, t: {image: t, profiles: [test]}}';
  test.each<[readonly string[], string[]]>([
    [[], ['s']],
    [['debug'], ['s', 'd']],
    [
      ['all', 'test'],
      ['s', 'd', 't'],
    ],
    [['*'], ['s', 'd', 't']],
  ])('with %j', (profiles, names) => {
    expect(Object.keys(Object(servicesOf(read(text, { profiles }))))).toEqual(names);
  });

  test('do not cross the wire', () => {
    expect(servicesOf(read(text, { profiles: ['test'] }))).toEqual({ s: { image: 'i' }, t: { image: 't' } });
  });

  test('a dependency that is left out is told with the reason', () => {
    const needy = 'services: {s: {image: i, depends_on: [d]}, d: {image: d, profiles: [debug]}}';
    expect(faultsOf(read(needy))).toEqual([
      '1 services.s.depends_on.d: "d" is left out, as none of its profiles is asked for; give --profile',
    ]);
  });
});

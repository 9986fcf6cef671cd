// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
// What a Compose file means, in the document's words: keys that have another place there, and what is told of them.
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readCompose } from '../../../lib/compose/read-compose.ts';
import { besideOf } from './beside.ts';

interface Around {
  readonly files?: Readonly<Record<string, string>>;
  readonly executable?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

function read(text: string, { files = {}, executable, variables = {} }: Around = {}) {
  return readCompose([{ file: 'compose.yaml', text }], {
    variables,
    fallbackName: 'app',
    beside: besideOf(files, executable),
  });
}
function contentOf(result: ReturnType<typeof read>) {
  if (!result.ok) throw new Error(result.faults.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return result.content;
}
function notesOf(result: ReturnType<typeof read>): string[] {
  return result.notes.map(({ path, message }) => `${path}: ${message}`);
}
function faultsOf(result: ReturnType<typeof read>): string[] {
  if (result.ok) throw new Error('was found valid');
  return result.faults.map(({ path, message }) => `${path}: ${message}`);
}
/** A service `s` with these keys, and `db`; both with a restart of their own. */
const service = (keys: object): string =>
  JSON.stringify({
    services: { s: { image: 'i', restart: 'always', ...keys }, db: { image: 'd', restart: 'always' } },
    networks: { n: null },
  });
const documentOf = (keys: object): unknown => contentOf(read(service(keys)));

test.each(['[n, default, B]', '{n: {aliases: [a]}, default: , B: {priority: 0}}'])(
  'networks %s are joined by the alphabet, as Compose joins them',
  (networks) => {
    const text = `services: {s: {image: i, container_name: c, networks: ${networks}}}\nnetworks: {n: , B: }`;
    const { services } = contentOf(read(text));
    expect(Object.keys(Object(services).s.networks)).toEqual(['B', 'default', 'n']);
  },
);

test.each([
  ...['user', 'working_dir', 'hostname', 'domainname', 'restart', 'stop_signal', 'container_name', 'cpuset'],
  ...[
    'platform',
    'runtime',
    'ipc',
    'pid',
    'uts',
    'network_mode',
    'mac_address',
    'cgroup_parent',
    'isolation',
  ],
])('an empty %s, as a variable that is not set leaves it, says nothing', (key) => {
  const service = `services: {s: {image: i, ${key}: '\${UNSET:-}'}}`;
  expect(contentOf(read(service))).toEqual(contentOf(read('services: {s: {image: i}}')));
});

test.each([
  ["logging: {driver: '', options: {max-size: 1m}}", 'logging: {options: {max-size: 1m}}'],
  ["deploy: {restart_policy: {condition: ''}}", 'deploy: {restart_policy: {condition: any}}'],
  ["ports: [{target: 80, published: 80, host_ip: ''}]", 'ports: [{target: 80, published: 80}]'],
])('%s is as good as %s', (empty, other) => {
  const content = (keys: string) => contentOf(read(`services: {s: {image: i, ${keys}}}`));
  expect(content(empty)).toEqual(content(other));
});

describe('a service with', () => {
  test.each<[object, object]>([
    [{ container_name: 'c' }, { networks: { default: { aliases: ['c'] } } }],
    [
      { container_name: 'c', networks: { n: { aliases: ['b'] }, default: null } },
      { networks: { n: { aliases: ['b', 'c'] }, default: { aliases: ['c'] } } },
    ],
    [{ links: ['db'] }, { depends_on: { db: { condition: 'service_started' } } }],
    [{ mem_limit: '512MiB' }, { deploy: { resources: { limits: { memory: '512MiB' } } } }],
    [{ cpus: 0.1234 }, { deploy: { resources: { limits: { cpus: '0.1234' } } } }],
    [{ cpus: '.5' }, { deploy: { resources: { limits: { cpus: '0.5' } } } }],
    [{ cpu_quota: 50_000 }, { deploy: { resources: { limits: { cpus: '0.5' } } } }],
    [{ cpu_quota: '30000', cpu_period: 20_000 }, { deploy: { resources: { limits: { cpus: '1.5' } } } }],
    [
      { cpu_quota: 10_000, cpu_period: 30_000 },
      { deploy: { resources: { limits: { cpus: '0.333333333' } } } },
    ],
    [{ cpu_quota: 50_000, cpus: 0.5 }, { deploy: { resources: { limits: { cpus: '0.5' } } } }],
    [{ pids_limit: 5 }, { deploy: { resources: { limits: { pids: 5 } } } }],
    [{ mem_reservation: '64m' }, { deploy: { resources: { reservations: { memory: '64m' } } } }],
    [
      { mem_limit: '64m', deploy: { resources: { limits: { memory: '65536k', pids: 5 } } } },
      { deploy: { resources: { limits: { memory: '65536k', pids: 5 } } } },
    ],
    [
      { mem_limit: '64m', memswap_limit: 67_108_864 },
      { deploy: { resources: { limits: { memory: '64m' } } } },
    ],
    [{ deploy: { restart_policy: { condition: 'none' } } }, { restart: 'no' }],
    [{ deploy: { restart_policy: { condition: 'any' } } }, { restart: 'always' }],
    [
      { deploy: { restart_policy: { condition: 'on-failure', max_attempts: 3 } } },
      { restart: 'on-failure:3' },
    ],
    [{ healthcheck: { interval: '30s' } }, { healthcheck: { interval: '30s' } }],
    [{ healthcheck: { test: [], retries: 2 } }, { healthcheck: { retries: 2 } }],
    [
      { privileged: 'yes', read_only: 'Off' },
      { privileged: true, read_only: false },
    ],
    [{ hostname: 'my_host' }, { hostname: 'my_host' }],
    [
      { ports: [':2283:2283', '53:53/UDP'] },
      {
        ports: [
          { target: 2283, published: '2283' },
          { target: 53, published: '53', protocol: 'udp' },
        ],
      },
    ],
    [
      { ports: ['80', 81, '443/tcp', '127.0.0.1::82', '[::1]::83/udp', '0:84', '90-91', '127.0.0.1:0:85'] },
      {
        ports: [
          { target: 80 },
          { target: 81 },
          { target: 443, protocol: 'tcp' },
          { target: 82, host_ip: '127.0.0.1' },
          { target: 83, host_ip: '::1', protocol: 'udp' },
          { target: 84 },
          { target: 90 },
          { target: 91 },
          { target: 85, host_ip: '127.0.0.1' },
        ],
      },
    ],
    [
      { ports: [{ target: 1 }, { target: 2, published: '' }, { target: 3, published: 0 }, '1', '1/udp'] },
      { ports: [{ target: 1 }, { target: 2 }, { target: 3 }, { target: 1, protocol: 'udp' }] },
    ],
    [
      { ports: ['80:80', '80:80/tcp', '0.0.0.0:80:80', '81-82:81-82', '82:82'] },
      {
        ports: [
          { target: 80, published: '80' },
          { target: 81, published: '81' },
          { target: 82, published: '82' },
        ],
      },
    ],
    [{ volumes: ['/n:/n/', '/m:/a/../m'] }, { volumes: [{ target: '/n' }, { target: '/m' }] }],
  ])('%j is %j', (keys, expected) => {
    expect(documentOf(keys)).toMatchObject({ services: { s: expected } });
  });

  test.each<[object, string]>([
    [{ healthcheck: { disable: false } }, 'healthcheck'],
    [{ pids_limit: -1 }, 'deploy'],
    [{ mem_limit: 0, cpus: '0.0', mem_reservation: '0b' }, 'deploy'],
    [{ cpu_quota: -1, cpu_period: 1 }, 'deploy'],
    [{ cpu_period: 50_000 }, 'deploy'],
    [{ mem_limit: '64m' }, 'mem_limit'],
    [{ network_mode: 'host', ports: ['80:80'] }, 'ports'],
    [{ network_mode: 'host', container_name: 'c' }, 'networks'],
  ])('%j has no %s', (keys, absent) => {
    expect(documentOf(keys)).not.toHaveProperty(['services', 's', absent]);
  });

  test.each<[object, string[]]>([
    [{ container_name: 'c' }, ['services.s.container_name: "container_name" becomes an alias']],
    [{ build: '.' }, ['services.s.build: "build" is ignored: devices pull images']],
    [{ tty: true, stdin_open: 'true' }, ['services.s.tty: ', 'services.s.stdin_open: ']],
    [{ network_mode: 'host', expose: ['80'] }, ['services.s.expose: "expose" is ignored']],
    [
      { volumes: ['/a:/a:z,cached'] },
      ['services.s.volumes[0]: the mount option "z"', 'services.s.volumes[0]: the mount option "cached"'],
    ],
    [{ environment: ['A'] }, ['services.s.environment.A: A is not set']],
    [
      { deploy: { restart_policy: { max_attempts: 3 } } },
      ['services.s.deploy.restart_policy.max_attempts: '],
    ],
    [
      { depends_on: { db: { condition: 'service_started', required: false } } },
      ['services.s.depends_on.db: it is deployed'],
    ],
    [{ depends_on: { db: { condition: 'service_started', required: true, restart: false } } }, []],
    [
      { tty: false, stdin_open: false, attach: true, oom_kill_disable: false, scale: 1, cgroup: 'private' },
      [],
    ],
  ])('%j is told', (keys, notes) => {
    const result = read(service(keys));
    contentOf(result);
    expect(notesOf(result)).toEqual(notes.map((note) => expect.stringContaining(note)));
  });

  test.each<[object, string[]]>([
    [
      { image: undefined, build: '.' },
      ['services.s.build: "build" is not carried out by Holdfast: devices pull images'],
    ],
    [
      { mem_limit: '64m', deploy: { resources: { limits: { memory: '65m' } } } },
      ['services.s.mem_limit: "64m" here and "65m"'],
    ],
    [
      { cpus: 0.5, deploy: { resources: { limits: { cpus: 0.6 } } } },
      ['services.s.cpus: "0.5" here and "0.6" in deploy'],
    ],
    [{ cpu_quota: 50_000, cpus: 0.6 }, ['services.s.cpu_quota: "0.5" here and "0.6" in deploy']],
    [{ cpu_quota: 500 }, ['services.s.cpu_quota: at least 0.01']],
    [{ cpu_quota: 500, cpu_period: 0 }, ['services.s.cpu_period: 0 is no period; from 1000 to 1000000']],
    [{ scale: 2 }, ['services.s.scale: 2 is not carried out by Holdfast; it knows 1: a service is one']],
    [{ mem_limit: '1k' }, ['services.s.mem_limit: expected from 6M']],
    [{ links: ['nobody'] }, ['services.s.links[0]: no such service']],
    [{ container_name: 'a b' }, ['services.s.container_name: ']],
    [
      { ports: ['1-2:80', '65536:83', '3-4:90'] },
      ['services.s.ports[0]: ', 'services.s.ports[1].published: ', 'services.s.ports[2]: '],
    ],
    [
      { volumes: ['../a:/a', 'nosuch:/b'] },
      ['services.s.volumes[0]: ', 'services.s.volumes[1].source: no volume "nosuch"'],
    ],
  ])('%j is refused where it stands', (keys, faults) => {
    expect(faultsOf(read(service(keys)))).toEqual(faults.map((fault) => expect.stringContaining(fault)));
  });
});

test('a link by another name gives the other service that name', () => {
  expect(documentOf({ links: ['db:database'] })).toMatchObject({
    services: {
      s: { depends_on: { db: {} } },
      db: { networks: { default: { aliases: ['database'] } } },
    },
  });
});

describe('a service that does not say when to restart', () => {
  const text = `services:
  a: {image: i, depends_on: {job: {condition: service_completed_successfully}}}
  job: {image: j}
`;
  test('is a job where another waits for it to complete, and else told once', () => {
    const result = read(text);
    expect(contentOf(result).services).toMatchObject({ job: { restart: 'no' } });
    expect(contentOf(result)).not.toHaveProperty('services.a.restart');
    expect(notesOf(result)).toEqual([
      expect.stringContaining('services.a: restart is not said, so it is "always" (Compose: "no"): a'),
      expect.stringContaining('services.job: restart is "no" here'),
    ]);
  });
});

describe('values that say what is done anyway', () => {
  test('pass without a word', () => {
    const result = read(`services: {s: {image: i, restart: always, networks: [n], volumes: [v:/v, Data.d:/d]}}
networks: {n: {driver: bridge, external: false, attachable: false, enable_ipv4: true, enable_ipv6: false, ipam: {driver: default, config: []}, driver_opts: {}, labels: {}, name: app_n}}
volumes: {v: {driver: local, external: false, driver_opts: {}, name: app_v}, Data.d: }
`);
    expect(contentOf(result)).toMatchObject({ networks: { n: {} }, volumes: { v: {}, 'Data.d': {} } });
    expect(notesOf(result)).toEqual([]);
  });

  test.each([
    [
      'networks: {n: {driver: macvlan}}',
      'networks.n.driver: "macvlan" is not carried out by Holdfast; it knows bridge',
    ],
    [
      'networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8}, {subnet: 11.0.0.0/8}]}}}',
      'networks.n.ipam.config: expected one subnet',
    ],
    [
      'networks: {n: {ipam: {config: [{subnet: "fd00::/64"}]}}}',
      'networks.n.ipam.config[0].subnet: expected an IPv4',
    ],
    [
      'networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8, aux_addresses: {a: 10.0.0.1}}]}}}',
      'networks.n.ipam.config[0].aux_addresses: "aux_addresses" is not carried out by Holdfast: give an ip_range',
    ],
    ['volumes: {v: {driver: nfs}}', 'volumes.v.driver: "nfs" is not carried out'],
    [
      'volumes: {v: {driver_opts: {type: nfs, o: "addr=1"}}}',
      'volumes.v.driver_opts.device: what is mounted, such as ":/export"',
    ],
    [
      'volumes: {v: {driver_opts: {type: btrfs, device: /dev/sda1}}}',
      'volumes.v.driver_opts: "btrfs" is not carried out by Holdfast; it knows nfs, nfs4, cifs, tmpfs, and bind',
    ],
  ])('%s does not', (line, fault) => {
    expect(faultsOf(read(`services: {s: {image: i}}\n${line}`))).toEqual([expect.stringContaining(fault)]);
  });
});

describe('a volume with options of a mount', () => {
  const withOptions = (options: string, users = 1) => {
    const services = Array.from(
      { length: users },
      (_, index) => `s${index}: {image: i, volumes: ["v:/v:ro"]}`,
    );
    return read(`services: {${services.join(', ')}}\nvolumes: {v: {driver_opts: {${options}}}}`);
  };
  test.each<[string, object]>([
    ['type: tmpfs, device: tmpfs', { type: 'tmpfs', target: '/v' }],
    [
      'type: tmpfs, o: "size=64m,mode=0755"',
      { type: 'tmpfs', target: '/v', tmpfs: { size: '64m', mode: '0755' } },
    ],
    [
      'type: none, o: bind, device: /srv/v',
      { type: 'bind', source: '/srv/v', target: '/v', read_only: true },
    ],
  ])('{ %s } is that mount', (options, mount) => {
    const { services, volumes } = contentOf(withOptions(options));
    expect({ services, volumes }).toMatchObject({ services: { s0: { volumes: [mount] } }, volumes: {} });
  });
  test.each<[string, number]>([
    ['type: tmpfs', 2],
    ['type: tmpfs, o: "size=64m,uid=1000"', 1],
    ['type: nfs, o: "addr=nas,rw", device: ":/export"', 1],
    ['type: cifs, o: "addr=nas,username=u,password=p", device: //nas/a', 2],
  ])('{ %s } for %i services is a volume that the engine mounts', (options, users) => {
    const result = withOptions(options, users);
    const { services, volumes } = contentOf(result);
    expect(volumes).toEqual({ v: { driver_opts: parse(`{${options}}`) } });
    expect(services).toMatchObject({ s0: { volumes: [{ type: 'volume', source: 'v' }] } });
    expect(notesOf(result).filter((note) => note.startsWith('volumes'))).toEqual([]);
  });
});

describe('what several deployments share', () => {
  const made = 'the device makes it where it is not there';
  test.each<[string, object, readonly string[]]>([
    ['n: {external: true}', { n: { shared: 'n' } }, [`networks.n.external: ${made}`]],
    ['n: {external: true, name: proxy}', { n: { shared: 'proxy' } }, [`networks.n.external: ${made}`]],
    ['n: {external: {name: proxy}}', { n: { shared: 'proxy' } }, [`networks.n.external: ${made}`]],
    [
      'default: {external: true, name: "${PROXY:-p}"}',
      { default: { shared: 'p' } },
      [`networks.default.external: ${made}`],
    ],
    ['n: {x-holdfast: {shared: proxy}}', { n: { shared: 'proxy' } }, []],
    ['n: {name: proxy, x-holdfast: {shared: true}}', { n: { shared: 'proxy' } }, []],
    ['n: {x-holdfast: {shared: true}, internal: true}', { n: { shared: 'n', internal: true } }, []],
    ['n: {x-holdfast: {shared: false}}', { n: {} }, []],
    [
      'n: {name: proxy}',
      { n: { shared: 'proxy' } },
      ['networks.n.name: other deployments of the device can use it by this name'],
    ],
    ['n: {name: app_n}', { n: {} }, []],
    ['n: {name: proxy, x-holdfast: {shared: false}}', { n: {} }, []],
  ])('networks: {%s}', (line, networks, notes) => {
    const result = read(`services: {s: {image: i, restart: always}}\nnetworks: {${line}}`);
    expect(contentOf(result).networks).toEqual(networks);
    expect(notesOf(result)).toEqual(notes);
  });

  test('holds for volumes too', () => {
    const result = read(`services: {s: {image: i, restart: always, volumes: ["v:/v", "w:/w"]}}
volumes: {v: {external: true, name: media}, w: {x-holdfast: {shared: logs}, driver_opts: {type: tmpfs}}}`);
    expect(contentOf(result).volumes).toEqual({
      v: { shared: 'media' },
      w: { shared: 'logs', driver_opts: { type: 'tmpfs' } },
    });
  });

  test.each([
    ['networks: {n: {external: true, name: bridge}}', 'networks.n.external: expected a name of 1 to 63'],
    ['networks: {n: {external: maybe}}', 'networks.n.external: expected true or false, got "maybe"'],
    [
      'networks: {n: {x-holdfast: {joint: a}}}',
      'networks.n.x-holdfast.joint: unknown key of x-holdfast; it may hold shared',
    ],
    [
      'volumes: {v: {external: true, driver_opts: {type: none, o: bind, device: /srv}}}',
      'volumes.v.driver_opts: "none" is not',
    ],
  ])('%s is refused', (line, fault) => {
    expect(faultsOf(read(`services: {s: {image: i}}\n${line}`))).toEqual([expect.stringContaining(fault)]);
  });
});

describe('a service of a profile that nobody asks for', () => {
  test('is not judged', () => {
    const text = 'services: {s: {image: i}, dbg: {build: ., nonsense: 1, ports: ["80"], profiles: [debug]}}';
    expect(Object.keys(Object(contentOf(read(text)).services))).toEqual(['s']);
  });
  test('is told where there is no other', () => {
    expect(faultsOf(read('services: {s: {image: i, profiles: [a]}}'))).toEqual([
      expect.stringContaining(
        'services: every service is of a profile that is not asked for; give --profile',
      ),
    ]);
  });
  test('is no dependency that is not required', () => {
    const text =
      'services: {s: {image: i, depends_on: {d: {condition: service_started, required: false}}}, d: {image: d, profiles: [x]}}';
    expect(contentOf(read(text)).services).toEqual({ s: { image: 'i', depends_on: {} } });
  });
});

describe('what lies beside the Compose file', () => {
  const bound = (volumes: string, more = '') =>
    `services: {s: {image: i, restart: always, volumes: [${volumes}]}}\n${more}`;
  const files = {
    'conf/app.conf': 'a=$b\n',
    'run.sh': '#!/bin/sh\n',
    'big.txt': 'x'.repeat(32_769),
    'dir/a': '',
  };

  test('comes with the document where it is a text', () => {
    const result = read(bound('./conf/app.conf:/etc/app.conf:ro, ./run.sh:/run.sh, v:/v', 'volumes: {v: }'), {
      files,
      executable: ['run.sh'],
    });
    expect(contentOf(result)).toMatchObject({
      services: {
        s: {
          volumes: [{ source: 'v' }],
          configs: [
            { source: 'conf-app.conf', target: '/etc/app.conf', mode: '0444' },
            { source: 'run.sh', target: '/run.sh', mode: '0555' },
          ],
        },
      },
      configs: { 'conf-app.conf': { content: 'a=$b\n' }, 'run.sh': { content: '#!/bin/sh\n' } },
    });
    expect(notesOf(result)).toEqual([
      'services.s.volumes[0]: "conf/app.conf" comes with the document as a config: a change of it is a new revision',
      'services.s.volumes[1]: "run.sh" comes with the document as a config, read-only: a change of it is a new revision',
    ]);
  });

  test('has a name that no config of the file has', () => {
    const text = bound('./run.sh:/run.sh', 'configs: {run.sh: {content: a}}');
    expect(contentOf(read(text, { files })).services).toMatchObject({
      s: { configs: [{ source: 'run.sh-2' }] },
    });
  });

  test.each([
    ['./big.txt:/a', 'services.s.volumes[0]: "big.txt" has more than 32768 characters'],
    [
      './big.txt:/a',
      'put it into the image, or onto the device and say where, x-holdfast: { folder: /srv/app }',
    ],
    ['./dir:/a', 'services.s.volumes[0]: "./dir" is a directory with content, which cannot come'],
    ['./dir:/a', 'x-holdfast: { folder: /srv/app } at the top level. Single text files can be bound'],
    ['.:/a', '"." is a directory with content'],
    ['../x:/a', 'outside the folder of the Compose file'],
    ['./a/../../x:/a', 'outside the folder of the Compose file'],
    ['~/x:/a', '"~/x" is in the home'],
    ['"${HOME}/x:/a"', '"/home/me/x" is in the home'],
    ['"${PWD}/dir:/a"', '"/work/dir" is a directory with content'],
    ['{type: bind, source: dir, target: /a}', '"dir" is a directory with content'],
  ])('%s is refused', (volumes, message) => {
    const variables = { HOME: '/home/me', PWD: '/work' };
    const faults = faultsOf(read(bound(volumes), { files, variables }));
    expect(faults).toEqual([expect.stringContaining(message)]);
  });

  const empty = { files: { 'empty/': '' } };
  const placed = 'is in the folder of the deployment on the device, which starts empty';

  test.for([
    ['./data:/a', { source: './data' }],
    ['./data/:/a:ro', { source: './data', read_only: true }],
    ['./a/../b c/./d:/a', { source: './b c/d' }],
    ['./empty:/a', { source: './empty' }],
    ['.:/a', { source: './' }],
    ['./:/a', { source: './' }],
    ['"$PWD/data:/a"', { source: './data' }],
    ['$PWD:/a', { source: './' }],
    ['./data:/a:rslave', { source: './data', bind: { propagation: 'rslave' } }],
    ['{type: bind, source: data, target: /a}', { source: './data' }],
    ['{type: bind, source: ./data, target: /a, bind: {create_host_path: true}}', { source: './data' }],
    ['{type: bind, source: ./data, target: /a, bind: {create_host_path: false}}', { source: './data' }],
    [
      '{type: bind, source: ./data, target: /a, x-holdfast: {owner: 1000, mode: 0750}}',
      { source: './data', bind: { owner: '1000', mode: '0750' } },
    ],
    [
      '{type: bind, source: ./data, target: /a, bind: {propagation: slave}, x-holdfast: {owner: "1:2"}}',
      { source: './data', bind: { propagation: 'slave', owner: '1:2' } },
    ],
  ] as const)('%s is in the folder of the deployment', ([volumes, mount]) => {
    const result = read(bound(volumes), { ...empty, variables: { PWD: '/work' } });
    expect(contentOf(result).services).toEqual({
      s: { image: 'i', restart: 'always', volumes: [{ type: 'bind', target: '/a', ...mount }] },
    });
    expect(notesOf(result).at(-1)).toContain(placed);
  });

  test('what looks like a file and is not there is told to become a directory', () => {
    const result = read(bound('./conf/a.conf:/etc/app.conf, ./data.d:/etc/data'), empty);
    expect(notesOf(result)).toEqual([
      'services.s.volumes[0]: nothing is at "./conf/a.conf" here, so the device makes a directory of that name, as Compose does; put the file there, and it comes with the document',
      expect.stringContaining('volumes[1]: "./data.d" is in the folder of the deployment'),
    ]);
  });

  test('one bind within another: both are carried', () => {
    expect(contentOf(read(bound('./data/sub:/a/sub, ./data:/a'), empty)).services).toMatchObject({
      s: { volumes: [{ source: './data/sub' }, { source: './data' }] },
    });
  });

  test.each([
    [
      '{type: bind, source: /srv, target: /a, x-holdfast: {owner: 1}}',
      'volumes[0].x-holdfast: owner and mode are of',
    ],
    [
      '{type: volume, source: v, target: /a, x-holdfast: {mode: "0700"}}',
      'volumes[0].x-holdfast: owner and mode',
    ],
    [
      '{type: bind, source: ./run.sh, target: /a, x-holdfast: {owner: 1}}',
      'volumes[0].x-holdfast: owner and mode',
    ],
    [
      '{type: bind, source: ./d, target: /a, x-holdfast: {owner: me}}',
      'volumes[0].x-holdfast.owner: expected numbers in quotes',
    ],
    [
      '{type: bind, source: ./d, target: /a, x-holdfast: {mode: "9"}}',
      'volumes[0].x-holdfast.mode: expected an octal mode',
    ],
    ['{type: bind, source: ./d, target: /a, x-holdfast: {user: 1}}', '"user" is no key that stands here'],
  ])('%s is refused', (volumes, message) => {
    expect(faultsOf(read(bound(volumes, 'volumes: {v: }'), { files }))).toEqual([
      expect.stringContaining(message),
    ]);
  });

  test('lies where the file says that the folder is', () => {
    const text = bound('./dir:/a, .:/b, ./run.sh:/c, ../x:/d', 'x-holdfast: {folder: /srv/app}');
    expect(faultsOf(read(text, { files }))).toEqual([
      expect.stringContaining('services.s.volumes[3]: "../x" lies outside'),
    ]);
    const good = contentOf(read(text.replace(', ../x:/d', ''), { files }));
    expect(good).toMatchObject({
      services: {
        s: {
          volumes: [
            { type: 'bind', source: '/srv/app/dir', target: '/a', bind: { create_host_path: true } },
            { type: 'bind', source: '/srv/app', target: '/b', bind: { create_host_path: true } },
            { type: 'bind', source: '/srv/app/run.sh', target: '/c', bind: { create_host_path: false } },
          ],
        },
      },
    });
    expect(good).not.toHaveProperty('folder');
  });

  test('a folder that is no absolute path is refused', () => {
    expect(faultsOf(read(bound('./dir:/a', 'x-holdfast: {folder: here}')))).toContainEqual(
      expect.stringContaining('folder: "here" is no absolute path'),
    );
  });
});

test.each([
  ['${COMPOSE_PROJECT_NAME}', {}, 'app'],
  ['${COMPOSE_PROJECT_NAME}', { COMPOSE_PROJECT_NAME: 'other' }, 'other'],
  ['$HOME', { HOME: '/root' }, '/root'],
])('%s with %j is %s', (value, variables, expected) => {
  const text = `services: {s: {image: i, environment: {A: "${value}"}}}`;
  expect(contentOf(read(text, { variables })).services).toMatchObject({
    s: { environment: { A: expected } },
  });
});
test('a number with a 0 before is told to be octal', () => {
  const text = 'services: {s: {image: i, restart: always, environment: {UMASK: 022}}}';
  expect(notesOf(read(text))).toEqual([
    'services.s.environment.UMASK: 022 is 18 in YAML, as Compose reads it; put it in quotes to keep it',
  ]);
});
test("HOME is told to be the manager's", () => {
  const text = 'services: {s: {image: i, restart: always, environment: {A: $HOME}}}';
  expect(notesOf(read(text, { variables: { HOME: '/root' } }))).toEqual([
    ": HOME is that of where holdfastctl runs, and not the device's",
  ]);
});

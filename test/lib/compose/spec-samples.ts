// For each object of the Compose specification a file that holds it, and for each key that is carried out a value.

export type Keys = Readonly<Record<string, unknown>>;

function file(service: Keys, rest: Keys = {}): Keys {
  return {
    services: { s: { image: 'i', ...service }, other: { image: 'o', configs: ['c'], secrets: ['t'] } },
    volumes: { v: null },
    networks: { n: null },
    configs: { c: { content: 'c' } },
    secrets: { t: { content: 't' } },
    ...rest,
  };
}

const INCLUDED = { path: 'more.yaml' };

const reserve = (keys: Keys): Keys => file({ deploy: { resources: { reservations: keys } } });

/** A file with these keys in the object, and beside them what the object cannot do without. */
export const FILES: Readonly<Record<string, (keys: Keys) => Keys>> = {
  'top-level': (keys) => file({}, keys),
  service: (keys) => file(keys),
  'service.depends_on.*': (keys) =>
    file({ depends_on: { other: { condition: 'service_started', ...keys } } }),
  'service.devices[]': (keys) => file({ devices: [{ source: '/dev/a', ...keys }] }),
  'service.env_file[]': (keys) => file({ env_file: [{ path: 'some.env', ...keys }] }),
  'service.extends': (keys) => file({ extends: { service: 'other', ...keys } }),
  'include[]': (keys) => file({}, { include: [{ ...INCLUDED, ...keys }] }),
  'service.gpus[]': (keys) => file({ gpus: [{ ...keys }] }),
  'service.healthcheck': (keys) => file({ healthcheck: { test: ['CMD', 'true'], ...keys } }),
  'service.logging': (keys) => file({ logging: keys }),
  'service.networks.*': (keys) => file({ networks: { n: keys } }),
  'service.ports[]': (keys) => file({ ports: [{ target: 1, published: '1', ...keys }] }),
  'service.ulimits.*': (keys) => file({ ulimits: { nofile: { soft: 1, hard: 9, ...keys } } }),
  'service.volumes[]': (keys) => file({ volumes: [{ type: 'volume', source: 'v', target: '/v', ...keys }] }),
  'service.volumes[].bind': (keys) =>
    file({ volumes: [{ type: 'bind', source: '/v', target: '/v', bind: keys }] }),
  'service.volumes[].volume': (keys) =>
    file({ volumes: [{ type: 'volume', source: 'v', target: '/v', volume: keys }] }),
  'service.volumes[].tmpfs': (keys) => file({ volumes: [{ type: 'tmpfs', target: '/v', tmpfs: keys }] }),
  'service.deploy': (keys) => file({ deploy: keys }),
  'service.deploy.restart_policy': (keys) =>
    file({ deploy: { restart_policy: { condition: 'none', ...keys } } }),
  'service.deploy.resources': (keys) => file({ deploy: { resources: keys } }),
  'service.deploy.resources.limits': (keys) => file({ deploy: { resources: { limits: keys } } }),
  'service.deploy.resources.reservations': reserve,
  'service.deploy.resources.reservations.devices[]': (keys) =>
    reserve({ devices: [{ capabilities: ['gpu'], ...keys }] }),
  'service.configs[]': (keys) => file({ configs: [{ source: 'c', ...keys }] }),
  'service.secrets[]': (keys) => file({ secrets: [{ source: 't', ...keys }] }),
  'networks.*': (keys) => file({}, { networks: { n: keys } }),
  'networks.*.ipam': (keys) =>
    file({}, { networks: { n: { ipam: { config: [{ subnet: '10.0.0.0/8' }], ...keys } } } }),
  'configs.*': (keys) => file({}, { configs: { c: { content: 'c', ...keys } } }),
  'secrets.*': (keys) => file({}, { secrets: { t: { content: 't', ...keys } } }),
  'volumes.*': (keys) => file({}, { volumes: { v: keys } }),
};

/** What stands in the files beside the Compose file. */
export const BESIDE: Readonly<Record<string, string>> = {
  'some.env': 'A=b # c\n',
  'other.env': 'C=d\n',
  'more.yaml': 'services: {more: {image: "m:1$A", env_file: other.env}}',
  'plus.yaml': 'services: {more: {init: false}}',
  'base.yaml': 'services: {other: {image: base, init: false}}',
  'sub/other.env': 'C=sub\n',
};

/** What is set where the command runs. */
export const VARIABLES: Readonly<Record<string, string>> = { TOKEN: 'token' };

/** A value for each key that is carried out, unlike the one that its file has by itself. */
export const SAMPLES: Readonly<Record<string, Keys>> = {
  'top-level': {
    configs: { c: { content: 'other' } },
    include: 'more.yaml',
    name: 'a',
    networks: { m: null },
    secrets: { t: { content: 'other' } },
    services: { one: { image: 'i' } },
    volumes: { w: null },
  },
  service: {
    cap_add: ['NET_ADMIN'],
    cap_drop: ['all'],
    command: 'a b',
    configs: ['c'],
    container_name: 'a',
    cpus: 0.5,
    cpu_quota: 50_000,
    cpu_shares: 512,
    cpuset: '0-1',
    depends_on: ['other'],
    deploy: { resources: { limits: { pids: 5 } } },
    device_cgroup_rules: ['c 1:3 r'],
    devices: ['/dev/ttyUSB0:/dev/tty:rw'],
    dns: '10.0.0.1',
    dns_opt: ['ndots:1'],
    dns_search: 'example.com',
    entrypoint: ['a'],
    env_file: 'some.env',
    environment: ['A=b'],
    expose: ['3000-3001'],
    extends: 'other',
    extra_hosts: ['a=10.0.0.1', 'a=[::1]'],
    gpus: 'all',
    group_add: [20],
    healthcheck: { test: 'true' },
    hostname: 'a',
    domainname: 'b.c',
    image: 'other',
    init: false,
    ipc: 'shareable',
    labels: ['a=b', 'c'],
    links: ['other:a'],
    logging: { driver: 'journald' },
    mem_limit: '64m',
    mem_reservation: '64m',
    network_mode: 'service:other',
    networks: ['n'],
    oom_score_adj: 5,
    pid: 'service:other',
    pids_limit: 5,
    platform: 'linux/arm64',
    ports: ['1:2'],
    privileged: true,
    profiles: ['debug'],
    pull_policy: 'always',
    read_only: true,
    restart: 'no',
    runtime: 'nvidia',
    secrets: ['t'],
    security_opt: ['no-new-privileges:false'],
    shm_size: '1g',
    stop_grace_period: '1s',
    stop_signal: 'SIGINT',
    sysctls: ['net.core.somaxconn=1'],
    tmpfs: '/run:size=1m',
    ulimits: { nofile: 5 },
    user: 5,
    uts: 'host',
    volumes: ['v:/v:ro'],
    working_dir: '/a',
  },
  'service.depends_on.*': { condition: 'service_healthy', required: false },
  'service.devices[]': { source: '/dev/b', target: '/dev/c', permissions: 'r' },
  'service.env_file[]': { path: 'other.env', format: 'raw', required: false },
  'service.extends': { service: 'third', file: 'base.yaml' },
  'include[]': { path: 'more.yaml', env_file: 'some.env', project_directory: 'sub' },
  'service.gpus[]': {
    capabilities: ['a'],
    count: 2,
    device_ids: ['0'],
    driver: 'nvidia',
    options: { a: 'b' },
  },
  'service.healthcheck': {
    disable: true,
    interval: '1s',
    retries: 2,
    test: 'false',
    timeout: '1s',
    start_period: '1s',
    start_interval: '1s',
  },
  'service.logging': { driver: 'local', options: { 'max-size': 5 } },
  'service.networks.*': { aliases: ['a'], ipv4_address: '10.0.0.5' },
  'service.ports[]': { host_ip: '127.0.0.1', target: 2, published: 2, protocol: 'udp' },
  'service.ulimits.*': { soft: 2, hard: -1 },
  'service.volumes[]': {
    type: 'bind',
    source: 'w',
    target: '/w',
    read_only: true,
    bind: { propagation: 'slave' },
    volume: { nocopy: true },
    tmpfs: { size: '1m' },
  },
  'service.volumes[].bind': { propagation: 'rshared', create_host_path: true },
  'service.volumes[].volume': { nocopy: true, subpath: 'a' },
  'service.volumes[].tmpfs': { size: 4096, mode: '0700' },
  'service.deploy': { resources: { limits: { pids: 5 } }, restart_policy: { condition: 'none' } },
  'service.deploy.restart_policy': { condition: 'on-failure', max_attempts: 5 },
  'service.deploy.resources': { limits: { pids: 5 }, reservations: { memory: '6m' } },
  'service.deploy.resources.limits': { cpus: 0.5, memory: '6m', pids: '5' },
  'service.deploy.resources.reservations': { memory: '6m', devices: [{ capabilities: ['gpu'] }] },
  'service.deploy.resources.reservations.devices[]': {
    capabilities: ['tpu'],
    count: 'all',
    device_ids: ['0'],
    driver: 'nvidia',
    options: ['a=b'],
  },
  'service.configs[]': { source: 'd', target: '/a', uid: '1', gid: 1, mode: '0400' },
  'service.secrets[]': { source: 'u', target: 'a', uid: 1, gid: '1', mode: '0400' },
  'networks.*': { internal: true, external: true, name: 'web', ipam: { config: [{ subnet: '10.0.0.0/8' }] } },
  'networks.*.ipam': { config: [{ subnet: '11.0.0.0/8' }] },
  'volumes.*': { driver_opts: { type: 'tmpfs' }, external: true, name: 'media' },
  'configs.*': { content: 'other', environment: 'TOKEN', file: 'some.env' },
  'secrets.*': { environment: 'TOKEN', file: 'some.env' },
};

const CONTENT = { content: 'other' };

/** Keys that stand with others only, or instead of others: the file to use instead. */
export const INSTEAD: Readonly<Record<string, Keys>> = {
  'service.cpu_period': file({ cpu_period: 50_000, cpu_quota: 50_000 }),
  'service.volumes[].type': file({ volumes: [{ type: 'bind', source: '/v', target: '/v' }] }),
  'service.volumes[].source': file(
    { volumes: [{ type: 'volume', source: 'w', target: '/v' }] },
    { volumes: { v: null, w: null } },
  ),
  'service.volumes[].bind': file({
    volumes: [{ type: 'bind', source: '/v', target: '/v', bind: { propagation: 'slave' } }],
  }),
  'service.volumes[].tmpfs': file({ volumes: [{ type: 'tmpfs', target: '/v', tmpfs: { size: '1m' } }] }),
  'include[].path': file({}, { include: [{ path: ['more.yaml', 'plus.yaml'] }] }),
  'service.extends.service': file({ extends: { service: 'other', file: 'base.yaml' } }),
  'service.depends_on.*.required': file({
    depends_on: { gone: { condition: 'service_started', required: false } },
  }),
  'service.networks.*.ipv4_address': file(
    { networks: { n: { ipv4_address: '10.0.0.5' } } },
    { networks: { n: { ipam: { config: [{ subnet: '10.0.0.0/8' }] } } } },
  ),
  'service.deploy.restart_policy.max_attempts': file({
    deploy: { restart_policy: { condition: 'on-failure', max_attempts: 5 } },
  }),
  'service.configs[].source': file({ configs: [{ source: 'd' }] }, { configs: { c: CONTENT, d: CONTENT } }),
  'service.secrets[].source': file({ secrets: [{ source: 'u' }] }, { secrets: { t: CONTENT, u: CONTENT } }),
  'configs.*.environment': file({}, { configs: { c: { environment: 'TOKEN' } } }),
  'configs.*.file': file({}, { configs: { c: { file: 'some.env' } } }),
  'secrets.*.environment': file({}, { secrets: { t: { environment: 'TOKEN' } } }),
  'secrets.*.file': file({}, { secrets: { t: { file: 'some.env' } } }),
  'service.env_file[].required': file({ env_file: [{ path: 'nowhere.env', required: false }] }),
};

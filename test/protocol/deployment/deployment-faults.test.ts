// Every kind of fault that a deployment document can have, with the path and the words that a person gets.
import { expect, test } from 'vitest';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { deploymentWith } from '../fixtures.ts';

function faultsOf(value: unknown): readonly { path: string; message: string }[] {
  const parsed = parseDeployment(value);
  return parsed.ok ? [] : parsed.faults;
}

const limits = (asked: object): object => ({ deploy: { resources: { limits: asked } } });
const volume = { type: 'volume', source: 'data', target: '/data' };
const port = { target: 80, published: '8080' };

test.each<[string, object, string, string | RegExp]>([
  [
    'a schema of another version',
    { schema: 'holdfast.deployment/2' },
    'schema',
    'expected "holdfast.deployment/1", got "holdfast.deployment/2"',
  ],
  ['a name with capitals', { name: 'Hello' }, 'name', /^expected a name of 1 to 63 lower-case letters/],
  ['a revision of zero', { revision: 0 }, 'revision', 'expected 1 or more, got 0'],
  ['a revision in quotes', { revision: '7' }, 'revision', 'expected number, got "7"'],
  ['a revision with a fraction', { revision: 1.5 }, 'revision', 'expected a whole number, got 1.5'],
  [
    'a revision past 2^53',
    { revision: 2 ** 53 },
    'revision',
    'expected at most 2^53 - 1, got 9007199254740992',
  ],
  [
    'a state that is none',
    { state: 'gone' },
    'state',
    'expected "present" or "absent" or "inherit", got "gone"',
  ],
  [
    'a time that is none',
    { issued_at: 'today' },
    'issued_at',
    'expected a time such as "2026-11-22T10:00:00Z", got "today"',
  ],
  ['no services', { services: {} }, 'services', 'expected at least one service'],
  ['a volume with options', { volumes: { data: { driver: 'nfs' } } }, 'volumes.data.driver', 'unknown field'],
  [
    'a volume as Compose shortens it',
    { volumes: { data: null } },
    'volumes.data',
    'expected an object, got null',
  ],
  [
    'a network with an unknown option',
    { networks: { inner: { driver: 'host' } } },
    'networks.inner.driver',
    'unknown field',
  ],
  [
    'a strategy that is none',
    { update: { strategy: 'rolling' } },
    'update.strategy',
    'expected "stop-first" or "start-first", got "rolling"',
  ],
  ['a deadline that is none', { update: { deadline: 300 } }, 'update.deadline', 'expected string, got 300'],
  [
    'a deadline within healthy_after',
    { update: { healthy_after: '5m', deadline: '5m' } },
    'update.deadline',
    /longer than healthy_after/,
  ],
  [
    'a deadline within the default healthy_after',
    { update: { deadline: '10s' } },
    'update.deadline',
    /longer than healthy_after/,
  ],
  [
    'a time past a year',
    { update: { deadline: '400d' } },
    'update.deadline',
    'expected from 1s to 7d, got "400d"',
  ],
  [
    'a window without its length',
    { update: { window: { cron: '0 2 * * *' } } },
    'update.window.length',
    'required, but missing',
  ],
  [
    'a window of six fields',
    { update: { window: { cron: '0 0 2 * * *', length: '1h' } } },
    'update.window.cron',
    'five fields as in cron(5), such as "0 2 * * *"',
  ],
  [
    'a window at minute 99',
    { update: { window: { cron: '99 2 * * *', length: '1h' } } },
    'update.window.cron',
    'Invalid value for minute: 99',
  ],
  [
    'a window that never comes',
    { update: { window: { cron: '0 2 30 2 *', length: '1h' } } },
    'update.window.cron',
    'never comes',
  ],
  [
    'a window with no length',
    { update: { window: { cron: '0 2 * * *', length: '0s' } } },
    'update.window.length',
    'expected from 1m to 7d, got "0s"',
  ],
  [
    'a window on Mars',
    { update: { window: { cron: '0 2 * * *', zone: 'Mars/X', length: '1h' } } },
    'update.window.zone',
    'an IANA time zone such as "Europe/Berlin"',
  ],
  ['a hold in words', { update: { hold: 'yes' } }, 'update.hold', 'expected boolean, got "yes"'],
  [
    'a percentage past all',
    { rollout: { percent: 101, salt: 'a' } },
    'rollout.percent',
    'expected from 0 to 100, got 101',
  ],
  ['an empty salt', { rollout: { percent: 1, salt: '' } }, 'rollout.salt', 'expected not empty, got ""'],
  ['no salt', { rollout: { percent: 1 } }, 'rollout.salt', 'required, but missing'],
  ['a purge on a present document', { purge: [] }, 'purge', 'unknown field'],
  ['an addressee', { target: 'devices/a' }, 'target', 'unknown field'],
])('%s is refused', (_title, rest, path, message) => {
  expect(faultsOf(deploymentWith({}, rest))).toEqual([{ path, message: matching(message) }]);
});

test.each<[string, object, string, string | RegExp]>([
  ['no image', { image: undefined }, 'image', 'required, but missing'],
  ['an image that is no reference', { image: 'Nginx:1' }, 'image', /^not an image reference; write it as/],
  ['a platform of Windows', { platform: 'windows/amd64' }, 'platform', /^expected a platform such as/],
  ['an unknown pull policy', { pull_policy: 'daily' }, 'pull_policy', /"always" or "never", got "daily"/],
  ['a command as one text', { command: 'serve' }, 'command', 'expected a list, got a string'],
  ['a number in a command', { command: ['sleep', 5] }, 'command[1]', 'expected string, got a number'],
  [
    'an argument past 4096 characters',
    { command: ['a'.repeat(4097)] },
    'command[0]',
    'expected at most 4096 characters',
  ],
  ['too many arguments', { command: Array(257).fill('a') }, 'command', 'expected at most 256 items'],
  ['variables as a list', { environment: ['A=b'] }, 'environment', 'expected an object, got a list'],
  ['a number as a variable', { environment: { A: 1 } }, 'environment.A', 'expected string, got a number'],
  ['null as a variable', { environment: { A: null } }, 'environment.A', 'expected string, got null'],
  ['an equals sign in a variable', { environment: { 'A=b': '' } }, 'environment["A=..."]', /without "="/],
  [
    'a relative directory',
    { working_dir: 'srv' },
    'working_dir',
    'expected an absolute path without ":", got "srv"',
  ],
  ['a user with blanks', { user: 'a b' }, 'user', 'expected a user such as "1000:1000", got "a b"'],
  ['a host name with a blank', { hostname: 'a b' }, 'hostname', 'expected a host name, got "a b"'],
  ['a domain with a blank', { domainname: 'a b' }, 'domainname', /^expected a domain/],
  ['another UTS namespace', { uts: 'private' }, 'uts', /"host"/],
  [
    'a host name beside the device’s',
    { uts: 'host', hostname: 'a' },
    'hostname',
    'means nothing with uts "host"',
  ],
  ['a weight of one', { cpu_shares: 1 }, 'cpu_shares', 'expected from 2 to 262144, got 1'],
  ['cores without quotes', limits({ cpus: 0.5 }), 'deploy.resources.limits.cpus', 'expected string, got 0.5'],
  [
    'cores that are none',
    limits({ cpus: 'half' }),
    'deploy.resources.limits.cpus',
    /^expected a number of cores in quotes/,
  ],
  ['next to no core', limits({ cpus: '0.009' }), 'deploy.resources.limits.cpus', 'at least 0.01'],
  [
    'a memory that is none',
    limits({ memory: 'lots' }),
    'deploy.resources.limits.memory',
    /^expected a size such as/,
  ],
  [
    'too little memory',
    limits({ memory: '5M' }),
    'deploy.resources.limits.memory',
    'expected from 6M to 16T, got "5M"',
  ],
  [
    'more memory than numbers go',
    limits({ memory: '9000t' }),
    'deploy.resources.limits.memory',
    'expected from 6M to 16T, got "9000t"',
  ],
  ['no process', limits({ pids: 0 }), 'deploy.resources.limits.pids', 'expected 1 or more, got 0'],
  [
    'reserved cores',
    { deploy: { resources: { reservations: { cpus: '1' } } } },
    'deploy.resources.reservations.cpus',
    'unknown field',
  ],
  ['replicas', { deploy: { replicas: 2 } }, 'deploy.replicas', 'unknown field'],
  ['a restart policy that is none', { restart: 'sometimes' }, 'restart', /"no", "always"/],
  [
    'a signal that is none',
    { stop_signal: 'term' },
    'stop_signal',
    'expected a signal such as "SIGTERM", got "term"',
  ],
  [
    'a grace period that is none',
    { stop_grace_period: '10' },
    'stop_grace_period',
    'expected a duration such as "10s" or "1m30s", got "10"',
  ],
  ['a dependency as a list', { depends_on: ['web'] }, 'depends_on', 'expected an object, got a list'],
  [
    'a dependency on nobody',
    { depends_on: { db: { condition: 'service_started' } } },
    'depends_on.db',
    'no such service',
  ],
  [
    'a dependency on itself',
    { depends_on: { web: { condition: 'service_started' } } },
    'depends_on.web',
    'depends on itself in a ring',
  ],
  [
    'a condition that is none',
    { depends_on: { web: { condition: 'ready' } } },
    'depends_on.web.condition',
    /^expected "service_started" or /,
  ],
  ['a short port', { ports: ['80:80'] }, 'ports[0]', 'expected an object, got "80:80"'],
  [
    'a port of zero',
    { ports: [{ target: 0, published: '80' }] },
    'ports[0].target',
    'expected a port from 1 to 65535, got 0',
  ],
  [
    'a published port without quotes',
    { ports: [{ target: 80, published: 80 }] },
    'ports[0].published',
    'expected string, got 80',
  ],
  [
    'a range of ports',
    { ports: [{ target: 80, published: '80-90' }] },
    'ports[0].published',
    'expected a port in quotes, such as "8080", got "80-90"',
  ],
  [
    'a published port past all',
    { ports: [{ target: 80, published: '65536' }] },
    'ports[0].published',
    'a port from 1 to 65535',
  ],
  [
    'a logging option that is a reserved word',
    { logging: { options: { constructor: 'x' } } },
    'logging.options.constructor',
    'expected an option such as "max-size"',
  ],
  [
    'a port published twice',
    { ports: [port, port] },
    'ports[1].published',
    '0.0.0.0:8080/tcp is published by "web" already',
  ],
  [
    'an address with letters',
    { ports: [{ ...port, host_ip: 'localhost' }] },
    'ports[0].host_ip',
    'expected an IP address, got "localhost"',
  ],
  [
    'an address that only looks like one',
    { ports: [{ ...port, host_ip: '127.0.0.256' }] },
    'ports[0].host_ip',
    'an IP address',
  ],
  [
    'a protocol that is none',
    { ports: [{ ...port, protocol: 'sctp' }] },
    'ports[0].protocol',
    'expected "tcp" or "udp", got "sctp"',
  ],
  ['a short mount', { volumes: ['data:/data'] }, 'volumes[0]', 'expected an object, got "data:/data"'],
  ['a mount of no type', { volumes: [{ target: '/data' }] }, 'volumes[0].type', 'required, but missing'],
  [
    'a mount of another type',
    { volumes: [{ ...volume, type: 'nfs' }] },
    'volumes[0].type',
    /^expected "volume" or "bind" or "tmpfs", got "nfs"/,
  ],
  [
    'a volume that nothing declares',
    { volumes: [{ ...volume, source: 'cache' }] },
    'volumes[0].source',
    'no volume "cache" under the top-level volumes',
  ],
  [
    'a volume called like what every object has',
    { volumes: [{ ...volume, source: 'valueof' }] },
    'volumes[0].source',
    /^no volume "valueof"/,
  ],
  [
    'a mount on a relative path',
    { volumes: [{ ...volume, target: 'data' }] },
    'volumes[0].target',
    'expected an absolute path without ":", got "data"',
  ],
  [
    'a mount with a colon',
    { volumes: [{ ...volume, target: '/a:ro' }] },
    'volumes[0].target',
    'expected an absolute path without ":", got "/a:ro"',
  ],
  [
    'a mount that climbs',
    { volumes: [{ ...volume, target: '/data/../etc' }] },
    'volumes[0].target',
    'must not contain ".."',
  ],
  [
    'two mounts in one place',
    { volumes: [volume, { type: 'tmpfs', target: '/data' }] },
    'volumes[1].target',
    'mounted twice',
  ],
  [
    'a bind of a name',
    { volumes: [{ type: 'bind', source: 'etc', target: '/etc' }] },
    'volumes[0].source',
    /^expected an absolute path, or one in the folder of the deployment such as "\.\/data"/,
  ],
  [
    'a tmpfs with a source',
    { volumes: [{ type: 'tmpfs', source: 'data', target: '/tmp' }] },
    'volumes[0].source',
    'unknown field',
  ],
  [
    'a network that nothing declares',
    { networks: { outer: {} } },
    'networks.outer',
    'no network "outer" under the top-level networks',
  ],
  ['networks as a list', { networks: ['inner'] }, 'networks', 'expected an object, got a list'],
  [
    'an alias that is none',
    { networks: { default: { aliases: ['a b'] } } },
    'networks.default.aliases[0]',
    /^expected a service name/,
  ],
  [
    'an empty test',
    { healthcheck: { test: [] } },
    'healthcheck.test',
    'expected CMD, CMD-SHELL or NONE first',
  ],
  [
    'a test without its kind',
    { healthcheck: { test: ['curl', 'x'] } },
    'healthcheck.test[0]',
    'must be CMD, CMD-SHELL or NONE',
  ],
  ['a test with no command', { healthcheck: { test: ['CMD'] } }, 'healthcheck.test', 'no command after CMD'],
  [
    'a test as one text',
    { healthcheck: { test: 'curl' } },
    'healthcheck.test',
    'expected a list, got a string',
  ],
  [
    'an interval that is none',
    { healthcheck: { test: ['NONE'], interval: '30' } },
    'healthcheck.interval',
    /^expected a duration such as/,
  ],
  [
    'retries below zero',
    { healthcheck: { test: ['NONE'], retries: -1 } },
    'healthcheck.retries',
    'expected zero or more, got -1',
  ],
  [
    'a start_period past a year',
    { healthcheck: { test: ['NONE'], start_period: '367d' } },
    'healthcheck.start_period',
    'expected from 0s to 1d, got "367d"',
  ],
  ['a probe of no kind', { probe: {} }, 'probe', 'exactly one of http, tcp and heartbeat'],
  [
    'a probe of two kinds',
    { probe: { http: { port: 1 }, tcp: { port: 1 } } },
    'probe',
    'exactly one of http, tcp and heartbeat',
  ],
  ['a probe of no port', { probe: { tcp: {} } }, 'probe.tcp.port', 'required, but missing'],
  [
    'a probe of a relative path',
    { probe: { http: { port: 1, path: 'x' } } },
    'probe.http.path',
    'expected a path that starts with "/", got "x"',
  ],
  [
    'a probe of a path with a blank',
    { probe: { http: { port: 1, path: '/a b' } } },
    'probe.http.path',
    'expected a path that starts with "/", got "/a b"',
  ],
  [
    'a probe of an endless path',
    { probe: { http: { port: 1, path: `/${'a'.repeat(1024)}` } } },
    'probe.http.path',
    'expected at most 1024 characters',
  ],
  [
    'a probe in a hurry',
    { probe: { tcp: { port: 1 }, interval: '99ms' } },
    'probe.interval',
    'expected from 100ms to 1h, got "99ms"',
  ],
  [
    'a probe with no time',
    { probe: { tcp: { port: 1 }, timeout: '0s' } },
    'probe.timeout',
    'expected from 100ms to 1h, got "0s"',
  ],
  [
    'a probe with no failure',
    { probe: { tcp: { port: 1 }, failures: 0 } },
    'probe.failures',
    'expected 1 or more, got 0',
  ],
  [
    'a heartbeat with a port',
    { probe: { heartbeat: { target: '/beat' }, tcp: { port: 1 } } },
    'probe',
    'exactly one of http, tcp and heartbeat',
  ],
  [
    'a heartbeat of no place',
    { probe: { heartbeat: {} } },
    'probe.heartbeat.target',
    'required, but missing',
  ],
  [
    'a heartbeat in a hurry',
    { probe: { heartbeat: { target: '/beat', max_age: '99ms' } } },
    'probe.heartbeat.max_age',
    'expected from 100ms to 1d, got "99ms"',
  ],
  [
    'a heartbeat outside of its directory',
    { probe: { heartbeat: { target: '/beat', file: '../beat' } } },
    'probe.heartbeat.file',
    /^expected a file name/,
  ],
  [
    'a heartbeat where a volume is',
    { tmpfs: ['/beat'], probe: { heartbeat: { target: '/beat' } } },
    'probe.heartbeat.target',
    'mounted twice',
  ],
  [
    'a config that nothing declares',
    { configs: [{ source: 'gone' }] },
    'configs[0].source',
    'no config "gone" under the top-level configs',
  ],
  [
    'a secret called like what every object has',
    { secrets: [{ source: 'valueof' }] },
    'secrets[0].source',
    /^no secret "valueof"/,
  ],
  ['a short secret', { secrets: ['token'] }, 'secrets[0]', 'expected an object, got "token"'],
  [
    'a mode without quotes',
    { configs: [{ source: 'a', mode: 292 }] },
    'configs[0].mode',
    'expected string, got 292',
  ],
  ['a terminal', { tty: true }, 'tty', 'unknown field'],
  [
    "a label of the agent's own",
    { labels: { 'io.holdfast.service': 'x' } },
    'labels["io.holdfast.service"]',
    /none of the agent's own/,
  ],
  [
    'a bridge',
    { network_mode: 'bridge' },
    'network_mode',
    'expected "none", "host" or "service:NAME", got "bridge"',
  ],
  [
    'a network and a mode',
    { network_mode: 'host', networks: { default: {} } },
    'networks',
    'means nothing with network_mode "host"',
  ],
  [
    'a port in the host’s network',
    { network_mode: 'host', ports: [port] },
    'ports',
    'means nothing with network_mode "host"',
  ],
  [
    'a probe of what has no network',
    { network_mode: 'none', probe: { tcp: { port: 1 } } },
    'probe.tcp',
    'means nothing with network_mode "none"',
  ],
  [
    'a setting of the host’s network',
    { network_mode: 'host', sysctls: { 'net.core.somaxconn': '1' } },
    'sysctls["net.core.somaxconn"]',
    /not the service's own/,
  ],
  [
    'a setting of the whole device',
    { sysctls: { 'vm.swappiness': '1' } },
    'sysctls["vm.swappiness"]',
    /of its own/,
  ],
  ['a network of nobody', { network_mode: 'service:db' }, 'network_mode', 'no service "db"'],
  ['a network of itself', { network_mode: 'service:web' }, 'network_mode', 'a service cannot join itself'],
  ['a device that climbs', { devices: [{ source: '/dev/../x' }] }, 'devices[0].source', /must not contain/],
  [
    'a device of CDI with a target',
    { devices: [{ source: 'a.com/b=c', target: '/dev/x' }] },
    'devices[0]',
    /brings its own/,
  ],
  ['a capability in small', { cap_add: ['net_admin'] }, 'cap_add[0]', /^expected a capability such as/],
  [
    'a profile for seccomp in a file',
    { security_opt: ['seccomp:/a.json'] },
    'security_opt[0]',
    /^expected no-new-privileges:true/,
  ],
  [
    'an option said twice',
    { security_opt: ['no-new-privileges:true', 'no-new-privileges=false'] },
    'security_opt[1]',
    'no-new-privileges is said twice',
  ],
  [
    'a confined privileged service',
    { privileged: true, security_opt: ['apparmor:a'] },
    'security_opt[0]',
    'means nothing for a privileged service',
  ],
  [
    'a soft limit above the hard one',
    { ulimits: { nofile: { soft: -1, hard: 5 } } },
    'ulimits.nofile.soft',
    'more than hard',
  ],
  ['a limit that is none', { ulimits: { files: { soft: 1, hard: 1 } } }, 'ulimits.files', /getrlimit/],
  [
    'a reservation above the limit',
    { deploy: { resources: { limits: { memory: '8M' }, reservations: { memory: '9M' } } } },
    'deploy.resources.reservations.memory',
    'more than the limit',
  ],
  ['a count and ids', { gpus: [{ count: 1, device_ids: ['a'] }] }, 'gpus[0]', /not both/],
  ['shared memory of the host', { ipc: 'host', shm_size: '1m' }, 'shm_size', 'means nothing with ipc "host"'],
  [
    'a tmpfs with an unknown option',
    { tmpfs: ['/run:huge'] },
    'tmpfs[0]',
    /^expected a path, or with options/,
  ],
  ['a tmpfs where a volume is', { volumes: [volume], tmpfs: ['/data:ro'] }, 'tmpfs[0]', 'mounted twice'],
  [
    'a path out of a volume',
    { volumes: [{ ...volume, volume: { subpath: 'a/../..' } }] },
    'volumes[0].volume.subpath',
    /^expected a path within the volume/,
  ],
  ['a name server that is none', { dns: ['1.2.3.256'] }, 'dns[0]', 'an IP address'],
  ['a host without an address', { extra_hosts: { a: ['b'] } }, 'extra_hosts.a[0]', /IP address/],
  [
    'half a surrogate pair',
    { environment: { A: '\ud800' } },
    'environment.A',
    'not Unicode text: half a surrogate pair',
  ],
])('a service with %s is refused', (_title, service, path, message) => {
  const sent: unknown = JSON.parse(
    JSON.stringify(deploymentWith(service, { volumes: { data: {} }, networks: { inner: {} } })),
  );
  expect(faultsOf(sent)).toEqual([{ path: `services.web.${path}`, message: matching(message) }]);
});

test('half a surrogate pair in the name of a variable is refused', () => {
  const faults = faultsOf(deploymentWith({ environment: { 'A\udc00': '' } }));
  expect(faults).toEqual([
    { path: 'services.web.environment["A\\udc00"]', message: 'not Unicode text: half a surrogate pair' },
  ]);
});

test('half a surrogate pair in the salt of an absent document is refused', () => {
  const rollout = { percent: 1, salt: '\ud800' };
  const absent = { schema: 'holdfast.deployment/1', name: 'a', revision: 1, state: 'absent', rollout };
  expect(faultsOf(absent)).toEqual([
    { path: 'rollout.salt', message: 'not Unicode text: half a surrogate pair' },
  ]);
});

test('a service name that is none is told with its path in quotes', () => {
  const faults = faultsOf(deploymentWith({}, { services: { 'my web': { image: 'nginx' } } }));
  expect(faults).toEqual([{ path: 'services["my web"]', message: matching(/^expected a service name/) }]);
});

test('services that depend on each other in a ring are told at each of its links', () => {
  const on = (name: string): object => ({
    image: 'a',
    depends_on: { [name]: { condition: 'service_started' } },
  });
  const faults = faultsOf(
    deploymentWith({}, { services: { a: on('b'), b: on('c'), c: on('a'), d: on('a') } }),
  );
  expect(faults.map(({ path }) => path)).toEqual([
    'services.a.depends_on.b',
    'services.b.depends_on.c',
    'services.c.depends_on.a',
  ]);
});

test('waiting for the end of a service that never ends is refused, of one that does is not', () => {
  const condition = 'service_completed_successfully';
  const waits = (restart: object): unknown =>
    deploymentWith(
      { depends_on: { job: { condition } } },
      {
        services: {
          web: { image: 'a', depends_on: { job: { condition } } },
          job: { image: 'b', ...restart },
        },
      },
    );
  const path = 'services.web.depends_on.job';
  const message = '"job" never completes unless its restart is "no" or "on-failure"';
  expect(faultsOf(waits({}))).toEqual([{ path, message }]);
  expect(faultsOf(waits({ restart: 'always' }))).toEqual([{ path, message }]);
  expect(faultsOf(waits({ restart: 'no' }))).toEqual([]);
  expect(faultsOf(waits({ restart: 'on-failure:3' }))).toEqual([]);
});

test('start-first is refused for every service that publishes a port of its choice', () => {
  const services = { a: { image: 'a', ports: [port] }, b: { image: 'b' } };
  expect(faultsOf(deploymentWith({}, { services, update: { strategy: 'start-first' } }))).toEqual([
    { path: 'services.a.ports[0].published', message: matching(/side by side.* 8080; use stop-first, or/) },
  ]);
  const given = { a: { image: 'a', ports: [{ target: 80 }, { target: 81, host_ip: '127.0.0.1' }] } };
  expect(faultsOf(deploymentWith({}, { services: given, update: { strategy: 'start-first' } }))).toEqual([]);
});

test.each<[string, object, string, string | RegExp]>([
  [
    'a set-user bit',
    { configs: [{ source: 'a', mode: '4755' }] },
    'configs[0].mode',
    /^expected an octal mode/,
  ],
  [
    'a user by name',
    { secrets: [{ source: 'b', uid: 'root' }] },
    'secrets[0].uid',
    /^expected a number in quotes/,
  ],
  ['one place twice', { configs: [{ source: 'a' }, { source: 'a' }] }, 'configs[1]', 'mounted twice'],
  [
    'the place of a secret',
    { secrets: [{ source: 'b' }], configs: [{ source: 'a', target: '/run/secrets/b' }] },
    'secrets[0]',
    'mounted twice',
  ],
  [
    'the place of a temporary file system',
    { tmpfs: ['/b:size=1m'], secrets: [{ source: 'b', target: '/b' }] },
    'secrets[0].target',
    'mounted twice',
  ],
  [
    'a way out',
    { secrets: [{ source: 'b', target: '/run/../b' }] },
    'secrets[0].target',
    'must not contain ".."',
  ],
])('a file with %s is refused', (_title, service, path, message) => {
  const contents = { configs: { a: { content: '' } }, secrets: { b: { content: '' } } };
  expect(faultsOf(deploymentWith(service, contents))).toEqual([
    { path: `services.web.${path}`, message: matching(message) },
  ]);
});

test.each<[string, unknown]>([
  ['in place of an object', 'hunter2'],
  ['as a list', { db: { content: ['hunter2'] } }],
  ['as a number', { db: { content: 472_615 } }],
  ['with half a surrogate pair', { db: { content: 'hunter2\ud800' } }],
  ['past the bound', { db: { content: 'hunter2'.repeat(5000) } }],
  ['without its key', { db: 'hunter2' }],
])('a secret %s is refused and not quoted', (_title, secrets) => {
  const faults = faultsOf(deploymentWith({}, { secrets }));
  expect(faults).toHaveLength(1);
  expect(JSON.stringify(faults)).not.toMatch(/hunter|472615/);
});

test.each<[string, object, string]>([
  ['a variable as a number', { environment: { PIN: 472_615 } }, 'environment.PIN'],
  ['variables as a text', { environment: 'PIN=hunter2' }, 'environment'],
  ['a variable with its value', { environment: { 'PIN=hunter2': '' } }, 'environment["PIN=..."]'],
  ['one with quotes', { environment: { 'PI"N="hunter2"]': '' } }, 'environment["PI\\"N=..."]'],
  ['a long one', { environment: { [`PIN=hunter2${'x'.repeat(300)}`]: '' } }, 'environment["PIN=..."]'],
  ['one with NUL', { environment: { 'PIN=hunter2\0': '' } }, 'environment["PIN=..."]'],
  ['a command as a text', { command: 'run --pin=hunter2' }, 'command'],
  ['a word of a command as a number', { command: ['--pin', 472_615] }, 'command[1]'],
  ['an entry point as a text', { entrypoint: 'run --pin=hunter2' }, 'entrypoint'],
  ['a label as a number', { labels: { pin: 472_615 } }, 'labels.pin'],
  ['a label with its value', { labels: { 'pin=hunter2': '' } }, 'labels["pin=..."]'],
  ['an option of the log', { logging: { options: { token: 472_615 } } }, 'logging.options.token'],
  ['a health check as a text', { healthcheck: { test: 'curl -u me:hunter2' } }, 'healthcheck.test'],
])('%s is refused and its value not quoted', (_title, service, path) => {
  const faults = faultsOf(deploymentWith(service));
  expect(faults).toMatchObject([{ path: `services.web.${path}` }]);
  expect(JSON.stringify(faults)).not.toMatch(/hunter|472615/);
});

test.each<[string, unknown]>([
  ['in place of an object', { db: 'hunter2' }],
  ['as a number', { db: { content: 472_615 } }],
])('a config %s is refused and not quoted', (_title, configs) => {
  const faults = faultsOf(deploymentWith({}, { configs }));
  expect(faults).toHaveLength(1);
  expect(JSON.stringify(faults)).not.toMatch(/hunter|472615/);
});

test('a service by the name of such a field has its values quoted', () => {
  const services = { test: { image: 'x', user: 'a b' } };
  expect(faultsOf(deploymentWith({}, { services }))).toEqual([
    { path: 'services.test.user', message: 'expected a user such as "1000:1000", got "a b"' },
  ]);
});

test('one image for two platforms is told where the platform stands', () => {
  const services = { a: { image: 'x', platform: 'linux/arm64' }, b: { image: 'x' } };
  expect(faultsOf(deploymentWith({}, { services }))).toEqual([
    { path: 'services.a.platform', message: matching(/"b" asks for the same image for another platform/) },
  ]);
});

test.for([
  ['127.0.0.1', undefined, true],
  ['0.0.0.0', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.2', false],
  ['::', '::1', true],
  ['0.0.0.0', '::1', false],
] as const)('a port at %s and the same at %s clash: %s', ([one, other, doClash]) => {
  const at = (ip: string | undefined) => (ip === undefined ? port : { ...port, host_ip: ip });
  const services = { a: { image: 'a', ports: [at(one)] }, b: { image: 'b', ports: [at(other)] } };
  const message = `${one}:8080/tcp is published by "a" already`;
  const fault = { path: 'services.b.ports[0].published', message };
  expect(faultsOf(deploymentWith({}, { services }))).toEqual(doClash ? [fault] : []);
});

test('ports that the engine gives are as many as there are', () => {
  const given = { ports: [{ target: 80 }, { target: 80, host_ip: '127.0.0.1' }] };
  const services = { a: { image: 'a', ...given }, b: { image: 'b', ...given } };
  expect(faultsOf(deploymentWith({}, { services }))).toEqual([]);
});

test('one port published by two services is told at the second', () => {
  const services = {
    a: { image: 'a', ports: [port] },
    b: { image: 'b', ports: [port, { ...port, protocol: 'udp' }] },
  };
  expect(faultsOf(deploymentWith({}, { services }))).toEqual([
    { path: 'services.b.ports[0].published', message: '0.0.0.0:8080/tcp is published by "a" already' },
  ]);
});

test('all faults of a document are told at once: of its shape, and of what it refers to', () => {
  const faults = faultsOf({
    ...deploymentWith(
      { image: 'Nginx', restart: 'x', one: 1, two: 2, volumes: [{ ...volume, source: 'gone' }] },
      {
        name: 'A B',
        revision: 0,
        extra: true,
        update: { deadline: '1s' },
        rollout: { percent: -1, salt: '' },
      },
    ),
  });
  expect(faults.map(({ path }) => path).toSorted()).toEqual([
    'extra',
    'name',
    'revision',
    'rollout.percent',
    'rollout.salt',
    'services.web.image',
    'services.web.one',
    'services.web.restart',
    'services.web.two',
    'services.web.volumes[0].source',
    'update.deadline',
  ]);
});

test('no path is told twice for a text that breaks its pattern', () => {
  const faults = faultsOf(
    deploymentWith({
      ...limits({ cpus: 'x', memory: 'x' }),
      volumes: [{ ...volume, source: 'NO', target: 'x' }],
      ports: [{ target: 1, published: 'x', host_ip: 'x' }],
      depends_on: { 'n o': { condition: 'service_started' } },
      networks: { NO: {} },
      probe: { tcp: { port: 1 }, interval: 'x' },
      stop_grace_period: 'x',
    }),
  );
  const paths = faults.map(({ path }) => path);
  expect(paths).toHaveLength(10);
  expect(new Set(paths).size).toBe(10);
});

function matching(message: string | RegExp): unknown {
  return typeof message === 'string' ? message : expect.stringMatching(message);
}

const joining = (service: object, other: object = {}): unknown =>
  deploymentWith({}, { services: { web: { image: 'a', ...service }, db: { image: 'b', ...other } } });
const after = (condition: string): object => ({ depends_on: { db: { condition } } });

test.each<[string, unknown, string, string | RegExp]>([
  ['not waited for', joining({ network_mode: 'service:db' }), 'network_mode', /needs "db" under depends_on/],
  [
    'over',
    joining({ network_mode: 'service:db', ...after('service_completed_successfully') }, { restart: 'no' }),
    'network_mode',
    /can run only while "db" runs/,
  ],
  [
    'not shareable',
    joining({ ipc: 'service:db', ...after('service_started') }),
    'ipc',
    '"db" must say ipc: "shareable"',
  ],
])('a namespace of a service that is %s is refused', (_title, document, path, message) => {
  expect(faultsOf(document)).toEqual([{ path: `services.web.${path}`, message: matching(message) }]);
});

test('a namespace of a service that has it from another is refused', () => {
  const join = (name: string): object => ({
    image: 'a',
    network_mode: `service:${name}`,
    depends_on: { [name]: { condition: 'service_started' } },
  });
  const services = { a: join('b'), b: join('c'), c: { image: 'c' } };
  expect(faultsOf(deploymentWith({}, { services }))).toEqual([
    { path: 'services.a.network_mode', message: matching(/itself in the namespace of another/) },
  ]);
});

test.each<[string, object, string | null]>([
  ['a serial port', { devices: [{ source: '/dev/ttyUSB0' }] }, 'devices[0].source'],
  ['the host’s network', { network_mode: 'host' }, 'network_mode'],
  [
    'what many can have open',
    { devices: [{ source: '/dev/dri/renderD128' }, { source: '/dev/null' }] },
    null,
  ],
  ['accelerators', { gpus: [{ count: 'all' }], devices: [{ source: 'nvidia.com/gpu=all' }] }, null],
])('start-first with %s', (_title, service, path) => {
  const faults = faultsOf(deploymentWith(service, { update: { strategy: 'start-first' } }));
  expect(faults.map((fault) => fault.path)).toEqual(path === null ? [] : [`services.web.${path}`]);
  expect(faultsOf(deploymentWith(service))).toEqual([]);
});

// Networks and volumes at the top level, and the addresses that services ask for: what passes, and each fault.
import { describe, expect, test } from 'vitest';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { formatSubnet, parseIpv4, parseSubnet } from '../../../protocol/values/ipv4.ts';

function read(parts: object, services: object = { app: {} }) {
  const withImages = Object.entries(services).map(([name, keys]) => [name, { image: 'a:1', ...keys }]);
  return parseDeployment({
    ...{ schema: 'holdfast.deployment/1', name: 'line', revision: 1, state: 'present' },
    ...{ services: Object.fromEntries(withImages), ...parts },
  });
}

function faultsOf(parts: object, services?: object) {
  const parsed = read(parts, services);
  return parsed.ok ? [] : parsed.faults.map(({ path, message }) => `${path}: ${message}`);
}

function pool(config: object) {
  return { networks: { lan: { ipam: { config: [config] } } } };
}

function at(address: string) {
  return { networks: { lan: { ipv4_address: address } } };
}

const LAN = pool({ subnet: '172.28.0.0/24', gateway: '172.28.0.1', ip_range: '172.28.0.128/25' });
const HOLDER = 'services.app.networks.lan.ipv4_address';

test.each<[string, object, object]>([
  [
    'a shared network and volume',
    { networks: { p: { shared: 'proxy' } }, volumes: { m: { shared: 'Media.1' } } },
    {},
  ],
  [
    'a shared network with settings for who makes it',
    { networks: { p: { shared: 'proxy', internal: true } } },
    {},
  ],
  ['a subnet and addresses in it', LAN, { a: at('172.28.0.2'), b: at('172.28.0.254') }],
  [
    'the subnet of the default network',
    { networks: { default: { ipam: { config: [{ subnet: '10.0.0.0/8' }] } } } },
    {},
  ],
  [
    'an address in a network that was made by hand',
    { networks: { lan: { shared: 'lan' } } },
    { a: at('10.1.2.3') },
  ],
  [
    'a share',
    { volumes: { m: { driver_opts: { type: 'nfs', o: 'addr=10.0.0.1,rw', device: ':/export' } } } },
    {},
  ],
  ['memory', { volumes: { m: { driver_opts: { type: 'tmpfs' } } } }, {}],
])('%s passes', (_what, parts, services) => {
  expect(faultsOf(parts, { app: {}, ...services })).toEqual([]);
});

describe('is refused', () => {
  test.each<[string, object, object, string[]]>([
    [
      "the engine's own network",
      { networks: { p: { shared: 'bridge' } } },
      {},
      [
        expect.stringMatching(
          /^networks\.p\.shared: expected a name of .* which are the engine's, got "bridge"$/,
        ),
      ],
    ],
    [
      "another deployment's network or volume",
      { networks: { p: { shared: 'holdfast_line_default' } }, volumes: { v: { shared: 'holdfast_x_y' } } },
      {},
      [expect.stringMatching(/^volumes\.v\.shared: /), expect.stringMatching(/^networks\.p\.shared: /)],
    ],
    [
      'one under two names',
      {
        networks: { a: { shared: 'p' }, b: { shared: 'p' } },
        volumes: { a: { shared: 'p' }, b: { shared: 'p' } },
      },
      {},
      ['networks.b.shared: "p" is networks.a already', 'volumes.b.shared: "p" is volumes.a already'],
    ],
    [
      'no subnet',
      pool({ subnet: 'a' }),
      {},
      [`networks.lan.ipam.config[0].subnet: expected an IPv4 subnet such as "172.28.0.0/24", got "a"`],
    ],
    ['an IPv6 subnet', pool({ subnet: 'fd00::/64' }), {}, [expect.stringContaining('an IPv4 subnet')]],
    ['a byte past 255', pool({ subnet: '10.0.256.0/24' }), {}, [expect.stringContaining('an IPv4 subnet')]],
    [
      'an address in the place of a subnet',
      pool({ subnet: '10.0.0.5/24' }),
      {},
      ['networks.lan.ipam.config[0].subnet: "10.0.0.5/24" is no subnet: write "10.0.0.0/24"'],
    ],
    [
      'a subnet too small',
      pool({ subnet: '10.0.0.0/31' }),
      {},
      ['networks.lan.ipam.config[0].subnet: a subnet from /8 to /30'],
    ],
    [
      'two subnets',
      { networks: { lan: { ipam: { config: [{ subnet: '10.0.0.0/24' }, { subnet: '10.0.1.0/24' }] } } } },
      {},
      ['networks.lan.ipam.config: expected one subnet: a bridge has no more'],
    ],
    [
      'a gateway elsewhere',
      pool({ subnet: '10.0.0.0/24', gateway: '10.0.1.1' }),
      {},
      ['networks.lan.ipam.config[0].gateway: an address of 10.0.0.0/24 that a host can have'],
    ],
    [
      'a range elsewhere',
      pool({ subnet: '10.0.0.0/24', ip_range: '10.0.0.0/16' }),
      {},
      ['networks.lan.ipam.config[0].ip_range: a part of 10.0.0.0/24'],
    ],
    [
      'subnets that overlap',
      {
        networks: {
          a: { ipam: { config: [{ subnet: '10.0.0.0/8' }] } },
          b: { ipam: { config: [{ subnet: '10.1.0.0/16' }] } },
        },
      },
      {},
      ['networks.b.ipam.config[0].subnet: overlaps with that of network "a"'],
    ],
    [
      'an address with no subnet',
      { networks: { lan: {} } },
      { app: at('10.0.0.5') },
      [`${HOLDER}: needs a subnet under ipam.config of that network at the top level`],
    ],
    [
      'an address elsewhere',
      LAN,
      { app: at('10.0.0.5') },
      [`${HOLDER}: an address of 172.28.0.0/24 that a host can have`],
    ],
    [
      'the last address',
      LAN,
      { app: at('172.28.0.255') },
      [`${HOLDER}: an address of 172.28.0.0/24 that a host can have`],
    ],
    [
      'the address of the gateway',
      LAN,
      { app: at('172.28.0.1') },
      [`${HOLDER}: 172.28.0.1 is the gateway of the network`],
    ],
    [
      'an address twice',
      LAN,
      { app: at('172.28.0.5'), b: at('172.28.0.5') },
      ['services.b.networks.lan.ipv4_address: 172.28.0.5 is the address of "app" already'],
    ],
    [
      'an address with start-first',
      { ...LAN, update: { strategy: 'start-first' } },
      { app: at('172.28.0.5') },
      [
        expect.stringMatching(
          /ipv4_address: start-first runs old and new side by side, and both cannot have 172.28.0.5; use stop-first$/,
        ),
      ],
    ],
    [
      'a share of nothing',
      { volumes: { m: { driver_opts: { type: 'cifs' } } } },
      {},
      ['volumes.m.driver_opts.device: what is mounted, such as "//server/share"'],
    ],
    [
      'options that are no line',
      { volumes: { m: { driver_opts: { type: 'nfs', device: 'x', o: 'a\nb' } } } },
      {},
      ['volumes.m.driver_opts.o: expected one line'],
    ],
    [
      'options too long',
      { volumes: { m: { driver_opts: { type: 'nfs', device: 'x', o: 'a'.repeat(1025) } } } },
      {},
      ['volumes.m.driver_opts.o: expected at most 1024 characters'],
    ],
  ])('%s', (_what, parts, services, faults) => {
    expect(faultsOf(parts, { app: {}, ...services })).toEqual(faults);
  });
});

test.each([
  [['media', 'shared/media', 'shared'], true],
  [['shared/holdfast_line_data'], false],
  [['other/media'], false],
])('a purge of %j is accepted: %s', (purge, isAccepted) => {
  const document = { schema: 'holdfast.deployment/1', name: 'line', revision: 1, state: 'absent', purge };
  expect(parseDeployment(document).ok).toBe(isAccepted);
});

test.each([
  ['0.0.0.0', 0],
  ['255.255.255.255', 2 ** 32 - 1],
  ['10.0.0.1', 10 * 2 ** 24 + 1],
  ['10.0.0', null],
  ['010.0.0.1', null],
  ['1.2.3.4.5', null],
])('the address %s is %s', (text, value) => {
  expect(parseIpv4(text)).toBe(value);
});

test.each(['0.0.0.0/0', '255.255.255.255/32', '192.168.128.0/17'])(
  'the subnet %s is read and written',
  (text) => {
    const subnet = parseSubnet(text);
    expect(subnet === null ? null : formatSubnet(subnet)).toBe(text);
  },
);

test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/-1', '/24'])('%s is no subnet', (text) => {
  expect(parseSubnet(text)).toBeNull();
});

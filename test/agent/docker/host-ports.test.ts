// Host ports as engines show them: of one address, of all, and where there are none.
import { expect, test } from 'vitest';
import { boundPortsOf, hostPortsOf } from '../../../agent/docker/host-ports.ts';

const at = (HostIp: string, HostPort: string) => ({ HostIp, HostPort });

test.for<[string, Parameters<typeof boundPortsOf>[0], unknown[]]>([
  ['nothing', null, []],
  ['what is exposed alone', { '80/tcp': null, '81/tcp': [] }, []],
  [
    'one address',
    { '80/tcp': [at('127.0.0.1', '8080')] },
    [{ target: 80, protocol: 'tcp', hostIp: '127.0.0.1', published: 8080 }],
  ],
  [
    'all addresses, of both kinds as one',
    { '53/udp': [at('0.0.0.0', '53'), at('::', '53')] },
    [{ target: 53, protocol: 'udp', hostIp: null, published: 53 }],
  ],
  [
    'all addresses of one kind',
    { '80/tcp': [at('0.0.0.0', '8080')] },
    [{ target: 80, protocol: 'tcp', hostIp: '0.0.0.0', published: 8080 }],
  ],
  [
    'another port for each kind of address, as some engines give',
    { '80/tcp': [at('::', '32769'), at('0.0.0.0', '32768')] },
    [
      { target: 80, protocol: 'tcp', hostIp: '0.0.0.0', published: 32_768 },
      { target: 80, protocol: 'tcp', hostIp: '::', published: 32_769 },
    ],
  ],
  ['no port as yet', { '80/tcp': [at('', ''), at('', '0')] }, []],
  [
    'an address that is left out',
    { '80/tcp': [at('', '8080')] },
    [{ target: 80, protocol: 'tcp', hostIp: null, published: 8080 }],
  ],
])('%s', ([_what, shown, expected]) => {
  expect(boundPortsOf(shown)).toEqual(expected);
});

test('what was asked is held always, and what the engine gave while it is bound', () => {
  const PortBindings = { '80/tcp': [at('', '8080'), at('127.0.0.1', '')], '81/tcp': [at('', '0')] };
  const bound = boundPortsOf({ '80/tcp': [at('127.0.0.1', '40000')], '81/tcp': [at('0.0.0.0', '40001')] });
  expect(hostPortsOf({ PortBindings }, [])).toEqual([{ hostIp: null, port: '8080/tcp' }]);
  expect(hostPortsOf({ PortBindings }, bound)).toEqual([
    { hostIp: null, port: '8080/tcp' },
    { hostIp: '127.0.0.1', port: '40000/tcp' },
    { hostIp: '0.0.0.0', port: '40001/tcp' },
  ]);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../agent/config/config-error.ts';
import { readConfig } from '../../../agent/config/read-config.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdfast-config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function write(toml: string, name = 'holdfast.toml'): string {
  const file = path.join(directory, name);
  writeFileSync(file, toml);
  return file;
}

function read(toml: string, env: Record<string, string> = {}, hostName = 'edge-07') {
  return readConfig({ argvConfigPath: write(toml), env, hostName });
}

function failureOf(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const BROKER = '[broker]\nurl = "mqtt://broker"\n';

describe('a good file', () => {
  test('that names only the broker gets the defaults', () => {
    const config = read(BROKER, {}, 'Edge-07');
    expect(config).toEqual({
      file: path.join(directory, 'holdfast.toml'),
      device: 'edge-07',
      hostName: 'edge-07',
      isDeviceConfigured: false,
      groups: [],
      dataDir: '/var/lib/holdfast',
      broker: {
        url: 'mqtt://broker',
        protocol: 'mqtt',
        host: 'broker',
        port: 1883,
        username: null,
        passwordFile: null,
        caFile: null,
        certFile: null,
        keyFile: null,
        topicPrefix: 'holdfast/v1',
        reconnectWithinMs: 8000,
      },
      engine: { socket: '/var/run/docker.sock' },
      registries: {},
      images: { graceMs: 3_600_000, reserveBytes: 536_870_912 },
      report: { intervalMs: 21_600_000, sampleIntervalMs: 900_000, outboxBytes: 16_777_216 },
      local: {
        socket: '/run/holdfast/api.sock',
        http: { host: '127.0.0.1', port: 8477 },
        httpTokenFile: null,
      },
      trust: { required: false, keysDir: '/etc/holdfast/trust.d' },
      homeAssistant: null,
      log: { level: 'info' },
    });
  });

  test('with every key is taken over, and frozen to the leaves', () => {
    const config = read(`
      device = "edge-01"
      groups = ["berlin", "cameras"]
      data_dir = "/data"
      [broker]
      url = "mqtts://[::1]:18883"
      username = "edge-01"
      password_file = "/etc/holdfast/broker.password"
      ca_file = "/etc/ca.pem"
      cert_file = "/etc/cert.pem"
      key_file = "/etc/key.pem"
      topic_prefix = "site/a"
      reconnect_within = "10m"
      [engine]
      socket = "/run/docker.sock"
      [registries."registry.example.com:5000"]
      username = "edge"
      password_file = "/etc/holdfast/registry.password"
      [report]
      interval = "1m30s"
      sample_interval = "0s"
      outbox = "1M"
      [local]
      socket = "/tmp/api.sock"
      http = "[::1]:80"
      [trust]
      required = false
      keys_dir = "/trust"
      [home_assistant]
      discovery = true
      prefix = "ha"
      [log]
      level = "debug"
    `);
    expect(config.broker).toEqual({
      url: 'mqtts://[::1]:18883',
      protocol: 'mqtts',
      host: '::1',
      port: 18_883,
      username: 'edge-01',
      passwordFile: '/etc/holdfast/broker.password',
      caFile: '/etc/ca.pem',
      certFile: '/etc/cert.pem',
      keyFile: '/etc/key.pem',
      topicPrefix: 'site/a',
      reconnectWithinMs: 600_000,
    });
    expect(config.registries['registry.example.com:5000']).toEqual({
      username: 'edge',
      passwordFile: '/etc/holdfast/registry.password',
    });
    expect(config).toMatchObject({
      groups: ['berlin', 'cameras'],
      report: { intervalMs: 90_000, sampleIntervalMs: 0, outboxBytes: 1_048_576 },
      local: { http: { host: '::1', port: 80 } },
      homeAssistant: { prefix: 'ha' },
      log: { level: 'debug' },
    });
    expectFrozen(config);
  });

  test.each([
    ['mqtts://broker.example.com', 'broker.example.com', 8883],
    ['mqtts://broker.example.com:443/', 'broker.example.com', 443],
    ['mqtt://10.0.0.1:1884', '10.0.0.1', 1884],
  ])('broker.url %s is %s port %i', (url, host, port) => {
    expect(read(`[broker]\nurl = "${url}"`).broker).toMatchObject({ host, port });
  });

  test('an empty local.http switches the page off', () => {
    expect(read(`${BROKER}[local]\nhttp = ""`).local.http).toBeNull();
  });

  test('a page for the network has a token', () => {
    const { local } = read(
      `${BROKER}[local]\nhttp = "[::]:8477"\nhttp_token_file = "/etc/holdfast/page.token"`,
    );
    expect(local).toMatchObject({
      http: { host: '::', port: 8477 },
      httpTokenFile: '/etc/holdfast/page.token',
    });
  });

  test('empty file names mean unset', () => {
    const { broker } = read(`${BROKER}password_file = ""\nca_file = ""\ncert_file = ""\nkey_file = ""`);
    expect(broker).toMatchObject({ passwordFile: null, caFile: null, certFile: null, keyFile: null });
  });
});

describe('the systemd credential broker.password', () => {
  const withUser = `${BROKER}username = "edge-01"\n`;
  function credentials(): { CREDENTIALS_DIRECTORY: string } {
    const CREDENTIALS_DIRECTORY = path.join(directory, 'credentials');
    mkdirSync(CREDENTIALS_DIRECTORY);
    writeFileSync(path.join(CREDENTIALS_DIRECTORY, 'broker.password'), 'secret');
    return { CREDENTIALS_DIRECTORY };
  }

  test('is used when password_file is unset', () => {
    const env = credentials();
    expect(read(withUser, env).broker.passwordFile).toBe(`${env.CREDENTIALS_DIRECTORY}/broker.password`);
  });

  test('gives way to password_file', () => {
    expect(read(`${withUser}password_file = "/p"`, credentials()).broker.passwordFile).toBe('/p');
  });

  test('is not invented when systemd gave none', () => {
    expect(read(withUser, { CREDENTIALS_DIRECTORY: directory }).broker.passwordFile).toBeNull();
  });
});

describe('which file', () => {
  test('--config beats HOLDFAST_CONFIG', () => {
    const argvConfigPath = write(`device = "a"\n${BROKER}`, 'a.toml');
    const env = { HOLDFAST_CONFIG: write(`device = "b"\n${BROKER}`, 'b.toml') };
    expect(readConfig({ argvConfigPath, env }).device).toBe('a');
    expect(readConfig({ env }).device).toBe('b');
  });

  test('a missing file is said plainly, with what to do', () => {
    const file = path.join(directory, 'none.toml');
    const error = failureOf(() => readConfig({ argvConfigPath: file, env: {} }));
    expect(error.code).toBe('missing_file');
    expect(error.message).toContain(`${file}: there is no such configuration file`);
    expect(error.hint).toContain('--config FILE or HOLDFAST_CONFIG');
  });

  test('a folder instead of a file is unreadable', () => {
    const error = failureOf(() => readConfig({ argvConfigPath: directory, env: {} }));
    expect(error.code).toBe('unreadable_file');
    expect(error.message).toBe(`${directory}: cannot be read: it is a directory, and a file is expected`);
  });

  test('a TOML fault is told with line and column, and quotes nothing', () => {
    const error = failureOf(() => read(`${BROKER}username = "a"\npassword = hunter2\n`));
    expect(error.code).toBe('bad_toml');
    expect(error.faults[0]?.path).toMatch(/^4:\d+$/);
    expect(error.message).not.toContain('hunter2');
  });
});

describe('a wrong value stops the start', () => {
  const broker = (lines: string): string => `${BROKER}${lines}`;
  const url = (value: string): string => `[broker]\nurl = "${value}"`;
  const cases: [name: string, toml: string, path: string, message: RegExp][] = [
    ['an unknown key', `dvice = "a"\n${BROKER}`, 'dvice', /unknown key; known here: device, groups/],
    ['an unknown key in a table', broker('pasword = "x"'), 'broker.pasword', /unknown key; known here: url,/],
    ['an unknown table', broker('[bridge]'), 'bridge', /unknown key/],
    ['no broker', '', 'broker', /required, but missing/],
    ['no broker URL', '[broker]', 'broker.url', /required, but missing/],
    ['broker that is no table', 'broker = "mqtt://x"', 'broker', /a table with some of: url,/],
    ['upper case in device', `device = "Edge"\n${BROKER}`, 'device', /device id of 1 to 63 lower-case/],
    ['a number for device', `device = 7\n${BROKER}`, 'device', /device id/],
    ['groups as text', `groups = "berlin"\n${BROKER}`, 'groups', /a list of group names/],
    ['a bad group', `groups = ["a", "B c"]\n${BROKER}`, 'groups[1]', /a group name of 1 to 63/],
    ['a group twice', `groups = ["a", "a"]\n${BROKER}`, 'groups', /each group once/],
    ['a relative data_dir', `data_dir = "data"\n${BROKER}`, 'data_dir', /an absolute path/],
    ['another scheme', url('ws://broker'), 'broker.url', /mqtts:\/\/HOST:PORT/],
    ['a URL without scheme', url('broker:1883'), 'broker.url', /mqtts:\/\/HOST:PORT/],
    ['a URL without host', url('mqtt://:1883'), 'broker.url', /mqtts:\/\/HOST:PORT|a host name/],
    ['a URL with a newline', url('mqtt://bro\\nker'), 'broker.url', /a host name or address/],
    ['a URL with a space', url('mqtt://bro ker'), 'broker.url', /HOST:PORT|a host name or address/],
    ['a URL with a path', url('mqtt://broker/x'), 'broker.url', /without path/],
    ['a URL with port 0', url('mqtt://broker:0'), 'broker.url', /1 to 65535/],
    ['a URL with a password', url('mqtt://me:hunter2@broker'), 'broker.url', /broker\.password_file/],
    ['a relative password_file', broker('password_file = "p"'), 'broker.password_file', /or "" for none/],
    ['a password but no user', broker('password_file = "/p"'), 'broker.username', /password_file/],
    ['TLS files with mqtt://', broker('ca_file = "/ca"'), 'broker.ca_file', /only with an mqtts/],
    ['a wildcard prefix', broker('topic_prefix = "a/#"'), 'broker.topic_prefix', /a topic prefix of letters/],
    ['too long a window', broker('reconnect_within = "31m"'), 'broker.reconnect_within', /from 1s to 30m/],
    ['no window', broker('reconnect_within = "0s"'), 'broker.reconnect_within', /from 1s to 30m/],
    ['too deep a prefix', broker('topic_prefix = "a/b/c/d/e"'), 'broker.topic_prefix', /at most 3 slashes/],
    ['a relative socket', broker('[engine]\nsocket = "d.sock"'), 'engine.socket', /an absolute path/],
    [
      'a registry without password',
      broker('[registries."r.example.com"]\nusername = "a"'),
      'registries["r.example.com"].password_file',
      /required/,
    ],
    [
      'a registry with a path',
      broker('[registries."r/x"]\nusername = "a"\npassword_file = "/p"'),
      'registries["r/x"]',
      /a registry host such as/,
    ],
    ['a reserve that is no size', broker('[images]\nreserve = "much"'), 'images.reserve', /a size from 0 to/],
    ['an interval in no unit', broker('[report]\ninterval = "5"'), 'report.interval', /a duration/],
    ['an interval as number', broker('[report]\ninterval = 5'), 'report.interval', /a duration/],
    ['too short an interval', broker('[report]\ninterval = "10ms"'), 'report.interval', /from 1s to 30d/],
    ['too long an interval', broker('[report]\ninterval = "31d"'), 'report.interval', /from 1s to 30d/],
    ['too large an outbox', broker('[report]\noutbox = "65G"'), 'report.outbox', /from 256K to 64G/],
    [
      'a page for all with no token',
      broker('[local]\nhttp = "0.0.0.0:80"'),
      'local.http_token_file',
      /the network could read the page/,
    ],
    ['a page with no port', broker('[local]\nhttp = "127.0.0.1"'), 'local.http', /HOST:PORT/],
    ['a page with port 70000', broker('[local]\nhttp = "127.0.0.1:70000"'), 'local.http', /65535/],
    [
      'a name that only looks like loopback',
      broker('[local]\nhttp = "127.evil.com:80"'),
      'local.http',
      /an IP address/,
    ],
    [
      'trust.required',
      broker('[trust]\nrequired = true'),
      'trust.required',
      /not carried out yet by this version/,
    ],
    ...['home/assistant', '#', '+', '', 'a.b', 'Ü', 'p'.repeat(64)].map((prefix): (typeof cases)[number] => [
      `a discovery prefix "${prefix}"`,
      broker(`[home_assistant]\nprefix = "${prefix}"`),
      'home_assistant.prefix',
      /one topic level/,
    ]),
    [
      'a discovery prefix that is the first level of its own topics',
      broker('[home_assistant]\ndiscovery = true\nprefix = "holdfast"'),
      'home_assistant.prefix',
      /another first level/,
    ],
    [
      'discovery that is no boolean',
      broker('[home_assistant]\ndiscovery = "on"'),
      'home_assistant.discovery',
      /true or false/,
    ],
    ['a log level of its own', broker('[log]\nlevel = "loud"'), 'log.level', /one of trace, debug/],
  ];

  test.each(cases)('%s', (_name, toml, faultPath, message) => {
    const error = failureOf(() => read(toml));
    expect(error.code).toBe('bad_value');
    expect(error.faults).toEqual([{ path: faultPath, message: expect.stringMatching(message) }]);
    expect(error.message).toContain(`holdfast.toml: ${faultPath}: `);
    expect(error.message).not.toContain('hunter2');
  });

  test('cert_file and key_file need each other', () => {
    const tls = '[broker]\nurl = "mqtts://b"\n';
    expect(failureOf(() => read(`${tls}cert_file = "/c"`)).faults[0]?.path).toBe('broker.key_file');
    expect(failureOf(() => read(`${tls}key_file = "/k"`)).faults[0]?.path).toBe('broker.cert_file');
  });

  test('a host name that is no device id asks for a device', () => {
    const error = failureOf(() => read(BROKER, {}, 'edge.example.com'));
    expect(error.faults).toEqual([{ path: 'device', message: expect.stringContaining('set device = ') }]);
  });

  test('a kept id beats the host name, also one that is no id, and a configured one beats both', () => {
    const readWith = (toml: string, kept: string | null) =>
      readConfig({
        argvConfigPath: write(toml),
        env: {},
        hostName: 'new.example.com',
        readKeptDevice: (dataDir) => (dataDir === '/var/lib/holdfast' ? kept : null),
      });
    expect(readWith(BROKER, 'edge-01')).toMatchObject({
      ...{ device: 'edge-01', hostName: 'new.example.com', isDeviceConfigured: false },
    });
    expect(readWith(`device = "edge-02"\n${BROKER}`, 'edge-01')).toMatchObject({
      ...{ device: 'edge-02', isDeviceConfigured: true },
    });
    expect(failureOf(() => readWith(BROKER, null)).faults).toMatchObject([{ path: 'device' }]);
  });

  test('all faults are told at once', () => {
    const { faults } = failureOf(() => read('device = "X"\n[broker]\nurl = "x"\n[log]\nlevel = "x"'));
    expect(faults.map((fault) => fault.path)).toEqual(['device', 'broker.url', 'log.level']);
  });
});

function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  expect(Object.isFrozen(value)).toBe(true);
  for (const part of Object.values(value)) expectFrozen(part);
}

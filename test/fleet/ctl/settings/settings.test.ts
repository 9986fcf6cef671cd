import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BrokerOptions, readBrokerSettings } from '../../../../fleet/ctl/settings/broker-settings.ts';
import { readPassword } from '../../../../fleet/ctl/settings/read-password.ts';
import { settingsPath } from '../../../../fleet/ctl/settings/settings-file.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-settings-'));
  file = path.join(folder, 'holdfastctl.toml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SITE = `current = "site"
[contexts.site]
broker = "mqtts://broker.example.com"
username = "manager"
password_file = "site.password"
ca_file = "ca.pem"
cert_file = "me.pem"
key_file = "/etc/me.key"
topic_prefix = "site/v1"
[contexts.lab]
broker = "mqtt://localhost"
password_command = "printf lab-secret"
`;

function settings(options: BrokerOptions = {}, environment: Record<string, string> = {}) {
  return readBrokerSettings(options, {
    environment: { HOLDFASTCTL_CONFIG: file, ...environment },
    cwd: folder,
  });
}

describe('a context', () => {
  beforeEach(() => writeFileSync(file, SITE));

  test('that is current counts where none is named; its paths are meant from the folder of the file', () => {
    expect(settings()).toEqual({
      url: 'mqtts://broker.example.com',
      username: 'manager',
      password: { kind: 'file', file: path.join(folder, 'site.password') },
      caFile: path.join(folder, 'ca.pem'),
      certFile: path.join(folder, 'me.pem'),
      keyFile: '/etc/me.key',
      topicPrefix: 'site/v1',
    });
  });

  test('is named by --context, also against HOLDFAST_BROKER', () => {
    const found = settings({ context: 'lab' }, { HOLDFAST_BROKER: 'mqtt://other' });
    expect(found).toMatchObject({ url: 'mqtt://localhost', username: undefined });
    expect(found.password === undefined ? null : readPassword(found.password)).toBe('lab-secret');
  });

  test.each<[string, BrokerOptions, Record<string, string>]>([
    ['--broker', { broker: 'mqtt://other' }, {}],
    ['HOLDFAST_BROKER', {}, { HOLDFAST_BROKER: 'mqtt://other' }],
  ])(
    'gives nothing to the broker of %s: no password goes where it does not belong',
    (_name, options, env) => {
      expect(settings(options, env)).toMatchObject({
        ...{ url: 'mqtt://other', username: undefined, password: undefined, topicPrefix: undefined },
      });
    },
  );

  test('is beaten by what the command line says', () => {
    const found = settings({ username: 'me', passwordFile: 'mine', ca: 'own.pem', topicPrefix: 'own' });
    expect(found).toMatchObject({
      ...{ url: 'mqtts://broker.example.com', username: 'me', topicPrefix: 'own' },
      ...{ password: { file: path.join(folder, 'mine') }, caFile: path.join(folder, 'own.pem') },
    });
  });

  test.each<[string, BrokerOptions, object]>([
    ['that is not there', { context: 'sit' }, { hint: 'did you mean site?' }],
    ['beside --broker', { context: 'lab', broker: 'mqtt://x' }, { message: /name two brokers/ }],
  ])('%s is wrong usage', (_name, options, expected) => {
    const { message } = expected as { message?: RegExp };
    const wanted = message === undefined ? expected : { message: expect.stringMatching(message) };
    expect(() => settings(options)).toThrow(expect.objectContaining({ exitCode: 2, ...wanted }));
  });
});

describe('the file', () => {
  test.each([
    ['no TOML', 'current = ', ':1:'],
    ['an unknown key', '[contexts.a]\nbroker = "mqtt://x"\nuser = "x"', 'contexts.a.user'],
    ['a context with no broker', '[contexts.a]\nusername = "x"', 'contexts.a.broker'],
    [
      'two sources of a password',
      `current = "a"\n[contexts.a]\nbroker = "mqtt://x"\npassword_file = "p"\npassword_command = "q"`,
      'do not go together',
    ],
  ])('with %s is wrong usage that names the place', (_name, content, place) => {
    writeFileSync(file, content);
    expect(() => settings()).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(place) }),
    );
  });

  test('takes no password itself, and repeats none', () => {
    writeFileSync(file, '[contexts.a]\nbroker = "mqtt://x"\npassword = "hunter2222"');
    const complaint = expect.objectContaining({
      message: expect.not.stringContaining('hunter2222'),
      hint: expect.stringContaining('password_file'),
    });
    expect(() => settings()).toThrow(complaint);
  });

  test('that is not there is none', () => {
    expect(() => settings()).toThrow('no broker is given');
    expect(() => settings({ context: 'site' })).toThrow('does not exist');
  });

  test.each([
    [{ HOLDFASTCTL_CONFIG: '/x/y.toml' }, '/x/y.toml'],
    [{ XDG_CONFIG_HOME: '/xdg', HOME: '/home/me' }, '/xdg/holdfast/holdfastctl.toml'],
    [{ XDG_CONFIG_HOME: 'xdg', HOME: '/home/me' }, '/home/me/.config/holdfast/holdfastctl.toml'],
  ])('of %j is %s', (environment, expected) => {
    expect(settingsPath(environment)).toBe(expected);
  });
});

describe('TLS', () => {
  test.each<[string, BrokerOptions, string]>([
    ['a certificate with no key', { broker: 'mqtts://x', cert: 'a' }, 'needs its key'],
    ['an authority for mqtt://', { broker: 'mqtt://x', ca: 'a' }, 'certificates are for mqtts://'],
  ])('%s is wrong usage', (_name, options, message) => {
    expect(() => settings(options)).toThrow(message);
  });
});

describe('a password', () => {
  test('comes from HOLDFAST_BROKER_PASSWORD, as pipelines keep it', () => {
    const found = settings({}, { HOLDFAST_BROKER: 'mqtt://x', HOLDFAST_BROKER_PASSWORD: 'secret' });
    expect(found.password).toEqual({ kind: 'text', text: 'secret' });
  });

  test('is read from its file with no line break at its end', () => {
    const secret = path.join(folder, 'secret');
    writeFileSync(secret, 'hunter2222\n');
    expect(readPassword({ kind: 'file', file: secret })).toBe('hunter2222');
  });

  test.each(['exit 1', 'printf hunter2222; exit 1'])('whose command fails (%s) is wrong usage', (command) => {
    const source = { kind: 'command', command } as const;
    expect(() => readPassword(source)).toThrow(`password_command failed: ${command}`);
  });

  test('whose file is missing names the file', () => {
    expect(() => readPassword({ kind: 'file', file: '/nothing/here' })).toThrow('/nothing/here');
  });
});

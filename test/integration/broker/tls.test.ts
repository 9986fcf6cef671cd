import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BrokerConfig } from '../../../agent/config/config.ts';
import { ensurePrograms } from '../../../scripts/rig/apt.ts';
import { ensureMosquittoInstalled } from '../../../scripts/rig/mosquitto.ts';
import { freePort } from '../../../scripts/rig/port.ts';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { brokerConfig, type Recording } from '../../agent/line/line-harness.ts';
import { until } from '../../fakes/until.ts';
import { runHoldfastctl } from '../../fleet/support/run-holdfastctl.ts';
import { type CertificateAuthority, type KeyPair, makeAuthority } from './certificates.ts';
import { Setting } from './setting.ts';

const NOT_YET = { from: '20400101000000Z' };
const LONG_AGO = { from: '20010101000000Z', until: '20020101000000Z' };
const LOOPBACK = 'IP:127.0.0.1,DNS:localhost';

let setting: Setting;
let authority: CertificateAuthority;
beforeAll(async () => {
  await ensureMosquittoInstalled();
  await ensurePrograms([{ program: 'openssl', pkg: 'openssl' }], quietProgress);
});
beforeEach(() => {
  setting = new Setting();
  authority = makeAuthority(path.join(setting.dir, 'ca'));
});
afterEach(() => setting.cleanUp());

/** A Mosquitto with this certificate that asks for a client's; its port. */
async function startTls({ cert, key }: KeyPair): Promise<number> {
  const port = await freePort();
  const lines = [
    `listener ${port} 127.0.0.1`,
    `cafile ${authority.cert}`,
    `certfile ${cert}`,
    `keyfile ${key}`,
    'require_certificate true',
    'allow_anonymous true',
  ];
  await setting.mosquitto({ port, openListener: false, extraConfig: lines.join('\n') });
  return port;
}

function startDevice(port: number, changes: Partial<BrokerConfig> = {}): Recording {
  const { cert, key } = authority.sign('edge-01', 'DNS:edge-01');
  const tls = { protocol: 'mqtts', caFile: authority.cert, certFile: cert, keyFile: key } as const;
  return setting.device(brokerConfig(port, { ...tls, ...changes }));
}

async function troubleOf(device: Recording): Promise<string> {
  await until('a trouble', () => device.troubles.length > 0);
  const [trouble] = device.troubles;
  return `${trouble?.code}: ${trouble?.message}`;
}

test.each(['127.0.0.1', 'localhost'])('with the right certificates it connects to %s', async (host) => {
  const device = startDevice(await startTls(authority.sign('broker', LOOPBACK)), { host });
  await until('connected', () => device.connects === 1);
});

test('an authority that is not known is told, with the key to set', async () => {
  const device = startDevice(await startTls(authority.sign('broker', LOOPBACK)), { caFile: null });
  expect(await troubleOf(device)).toMatch(/^tls: .*unknown authority; set broker\.ca_file/);
});

test('a certificate for another host is told', async () => {
  const device = startDevice(await startTls(authority.sign('broker', 'DNS:elsewhere')));
  expect(await troubleOf(device)).toMatch(/^tls: .*another host name/);
});

test('a certificate that is not valid yet points to the clock', async () => {
  const device = startDevice(await startTls(authority.sign('broker', LOOPBACK, NOT_YET)));
  expect(await troubleOf(device)).toMatch(
    /^tls: .*not valid yet by this device's clock, which says 20\d\d-.*set the clock/,
  );
});

test('a certificate that has expired is told with the clock beside it', async () => {
  const device = startDevice(await startTls(authority.sign('broker', LOOPBACK, LONG_AGO)));
  expect(await troubleOf(device)).toMatch(/^tls: .*has expired \(this device's clock says 20\d\d-/);
});

test('a client certificate of another authority is told, and a right one put in its place is taken up', async () => {
  const port = await startTls(authority.sign('broker', LOOPBACK));
  const stranger = makeAuthority(path.join(setting.dir, 'other')).sign('edge-01', 'DNS:edge-01');
  const device = startDevice(port, { certFile: stranger.cert, keyFile: stranger.key });
  expect(await troubleOf(device)).toMatch(/^tls: .*wants a certificate of this device/);
  const { cert, key } = authority.sign('edge-01', 'DNS:edge-01');
  copyFileSync(key, stranger.key);
  copyFileSync(cert, stranger.cert);
  await until('connected', () => device.connects === 1);
});

test('a client certificate that is missing is told', async () => {
  const port = await startTls(authority.sign('broker', LOOPBACK));
  expect(await troubleOf(startDevice(port, { certFile: null, keyFile: null }))).toMatch(
    /^tls: .*wants a certificate of this device .*; set broker\.cert_file/,
  );
});

test('a port without TLS is told', async () => {
  const mosquitto = await setting.mosquitto();
  expect(await troubleOf(startDevice(mosquitto.port))).toMatch(/^tls: /);
});

test('a file that cannot be used is told by key and name', async () => {
  const caFile = '/nowhere/ca.pem';
  expect(await troubleOf(startDevice(1, { caFile }))).toMatch(
    /^tls: .*broker\.ca_file \/nowhere\/ca\.pem: there is no such file/,
  );
});

test('holdfastctl shows its own certificate, and says so where the broker wants one', async () => {
  const url = `mqtts://127.0.0.1:${await startTls(authority.sign('broker', LOOPBACK))}`;
  const ctl = (...args: string[]) =>
    runHoldfastctl(['status', ...args, '--ca', authority.cert], { broker: url });
  const { cert, key } = authority.sign('manager', 'DNS:manager');
  const { code, stderr } = await ctl('--cert', cert, '--key', key);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('no device has been reported'),
  });
  expect(await ctl()).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/wants a certificate of yours/),
  });
});

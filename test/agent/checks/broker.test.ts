// The broker layer by layer, with a dial that answers as it is told; real sockets: test/integration/agent/check.test.ts.
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { brokerChecks } from '../../../agent/checks/broker.ts';
import type { BrokerConfig } from '../../../agent/config/config.ts';
import type { LineStatus } from '../../../agent/ports/line.ts';
import type { Dial } from '../../../lib/mqtt/dial.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { KNOWN } from './known.ts';

const CONFIG: BrokerConfig = {
  ...{ protocol: 'mqtt', host: '127.0.0.1', port: 1883, url: 'mqtt://127.0.0.1' },
  ...{ username: null, passwordFile: null, caFile: null, certFile: null, keyFile: null },
  ...{ topicPrefix: 'holdfast/v1', reconnectWithinMs: 8000 },
};
const UP = KNOWN.broker;
const ACCEPTS: Dial = async () => ({ ok: true, stream: new PassThrough() });
const REFUSES: Dial = async () => {
  const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  return { ok: false, trouble: { kind: 'socket', error: refused, isInHandshake: false, at: new Date(0) } };
};

const WRITTEN = ['presence', 'state', 'events', 'status/+', 'replies/+'];

async function look(broker: LineStatus, { dial = ACCEPTS, config = CONFIG } = {}) {
  const { signal } = new AbortController();
  const rows = brokerChecks({
    config,
    device: 'edge-01',
    groups: ['berlin'],
    clock: new VirtualClock(),
    dial,
  });
  const all = await Promise.all(rows.map((row) => row.look({ broker }, signal)));
  return all.flat().map(({ result, text }) => `${result}: ${text}`);
}

test('a sound one', async () => {
  expect(await look(UP)).toEqual([
    'ok: 127.0.0.1:1883 accepts connections',
    'ok: logged in (MQTT 5)',
    'ok: may read holdfast/v1/devices/edge-01/deployments/+',
    'ok: may read holdfast/v1/groups/berlin/deployments/+',
    'ok: may read holdfast/v1/devices/edge-01/commands/+',
    ...WRITTEN.map((topic) => `ok: may write holdfast/v1/devices/edge-01/${topic}`),
  ]);
});

test('one that refuses the login, though it accepts connections', async () => {
  const trouble = { code: 'refused_credentials', message: 'the broker refuses the login' } as const;
  expect(await look({ ...UP, isConnected: false, protocol: null, trouble })).toEqual([
    'ok: 127.0.0.1:1883 accepts connections',
    'error: the broker refuses the login',
  ]);
});

test('one that is not there', async () => {
  const trouble = { code: 'unreachable', message: 'cannot reach the broker' } as const;
  const told = await look({ ...UP, isConnected: false, protocol: null, trouble }, { dial: REFUSES });
  expect(told[0]).toMatch(/^error: cannot reach the broker: .*ECONNREFUSED/);
  expect(told.slice(1)).toEqual(['unknown: not tried: no connection']);
});

test('each topic that is denied comes first, and is not among those that are allowed', async () => {
  const denied = ['holdfast/v1/groups/berlin/deployments/+', 'holdfast/v1/devices/edge-01/status/hello'];
  const told = (await look({ ...UP, denied })).slice(2);
  expect(told.slice(0, 2)).toEqual(
    denied.map((topic) => `error: the rules of the broker keep ${topic} from this device`),
  );
  expect(told).toHaveLength(2 + 8 - 2);
  expect(told.slice(2).some((line) => line.includes('berlin') || line.includes('status'))).toBe(false);
});

test('MQTT 3.1.1 does not say what a device may not write', async () => {
  expect(await look({ ...UP, protocol: '3.1.1' })).toContain(
    'ok: may write, as far as MQTT 3.1.1 tells: holdfast/v1/devices/edge-01/state',
  );
});

test('a name that nobody knows', async () => {
  const told = await look(UP, { config: { ...CONFIG, host: 'no-such-broker.invalid' } });
  expect(told[0]).toMatch(/^error: no-such-broker\.invalid: .*check the name service/);
});

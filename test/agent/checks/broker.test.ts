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

async function look(broker: LineStatus, { dial = ACCEPTS, config = CONFIG } = {}) {
  const { signal } = new AbortController();
  const rows = brokerChecks({ config, clock: new VirtualClock(), dial });
  const all = await Promise.all(rows.map((row) => row.look({ broker }, signal)));
  return all.flat().map(({ result, text }) => `${result}: ${text}`);
}

test('a sound one', async () => {
  expect(await look(UP)).toEqual([
    'ok: 127.0.0.1:1883 accepts connections',
    'ok: logged in (MQTT 5)',
    'ok: no topic is denied',
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

test('each topic that is denied', async () => {
  expect((await look({ ...UP, denied: ['a/b', 'c'] })).slice(2)).toEqual([
    'error: the rules of the broker keep a/b from this device',
    'error: the rules of the broker keep c from this device',
  ]);
});

test('a name that nobody knows', async () => {
  const told = await look(UP, { config: { ...CONFIG, host: 'no-such-broker.invalid' } });
  expect(told[0]).toMatch(/^error: no-such-broker\.invalid: .*check the name service/);
});

// That it comes back; how soon is tested with the pure parts, and most of the rest with the agent's line.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dial } from '../../../lib/mqtt/dial.ts';
import { KeptConnection, type Prepared } from '../../../lib/mqtt/kept-connection.ts';
import type { Trouble } from '../../../lib/mqtt/trouble.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import { type ScriptedBroker, startScriptedBroker } from '../../fakes/scripted-broker.ts';
import { silent } from '../../fakes/silent-logger.ts';
import { until } from '../../fakes/until.ts';

const GOOD: Prepared = {
  ok: true,
  tls: { ca: null, cert: null, key: null },
  session: {
    ...{ clientId: 'kept', username: null, password: null, will: null, filters: ['a'] },
    ...{ keepaliveS: 60, kept: null },
  },
};

let remote: ScriptedBroker;
let prepared: Prepared;
let ups: number;
let troubles: Trouble[];
let faults: unknown[];
let kept: KeptConnection;
beforeEach(async () => {
  remote = await startScriptedBroker();
  [prepared, ups, troubles, faults] = [GOOD, 0, [], []];
  kept = new KeptConnection({
    address: { protocol: 'mqtt', host: '127.0.0.1', port: remote.port },
    prepare: () => prepared,
    // Nearly no delay between tries.
    ...{ dial, clock: systemClock, random: () => 0.01, logger: silent, reconnectWithinMs: 100 },
    onUp: () => {
      ups += 1;
    },
    onDown: (trouble) => troubles.push(trouble),
    onMessage: () => undefined,
    onDenied: () => undefined,
    onFault: (error) => faults.push(error),
  });
});
afterEach(async () => {
  await kept.close(null);
  await remote.stop();
});

test('it comes back after an end, and tells of both', async () => {
  kept.start();
  await until('up', () => ups === 1);
  remote.peers[0]?.socket.destroy();
  await until('up again', () => ups === 2);
  expect(troubles).toEqual([{ kind: 'closed' }]);
});

test('it is prepared afresh for each try', async () => {
  prepared = { ok: false, trouble: { kind: 'no_login', message: 'no such file' } };
  kept.start();
  await until('a trouble', () => troubles.length > 0);
  expect([kept.connection, troubles[0]]).toEqual([null, { kind: 'no_login', message: 'no such file' }]);
  prepared = GOOD;
  await until('up', () => ups === 1);
});

test('an error in what prepares it is a failed try, and the next comes', async () => {
  const broken = new KeptConnection({
    address: { protocol: 'mqtt', host: '127.0.0.1', port: remote.port },
    prepare: () => {
      throw new Error('broken');
    },
    ...{ dial, clock: systemClock, random: () => 0.01, logger: silent, reconnectWithinMs: 100 },
    ...{ onUp: () => undefined, onMessage: () => undefined, onDenied: () => undefined },
    onDown: (trouble) => troubles.push(trouble),
    onFault: (error) => faults.push(error),
  });
  broken.start();
  await until('two tries', () => troubles.length === 2);
  await broken.close(null);
  expect(troubles).toEqual([{ kind: 'fault' }, { kind: 'fault' }]);
  expect(faults[0]).toEqual(new Error('broken'));
});

test('once closed it does not come back', async () => {
  kept.start();
  await until('up', () => ups === 1);
  await kept.close(null);
  expect([kept.isClosing, kept.connection, remote.peers.length]).toEqual([true, null, 1]);
});

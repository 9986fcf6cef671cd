// What all programs rely on; what only the agent does with a connection is tested in test/agent/line.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UNANSWERED } from '../../../lib/mqtt/answer.ts';
import { beginConnection } from '../../../lib/mqtt/begin.ts';
import type { Connection } from '../../../lib/mqtt/connection.ts';
import { dial } from '../../../lib/mqtt/dial.ts';
import type { Session } from '../../../lib/mqtt/session.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import {
  CONNECT,
  DISCONNECT,
  PUBLISH,
  peerAfter,
  type ScriptedBroker,
  SUBSCRIBE,
  startScriptedBroker,
  suback,
} from '../../fakes/scripted-broker.ts';
import { silent } from '../../fakes/silent-logger.ts';

const PASSING: Session = {
  ...{ clientId: 'passing', username: null, password: null, will: null, filters: [] },
  ...{ keepaliveS: 30, kept: null },
};
const UNSUBSCRIBE = 10;

let remote: ScriptedBroker;
let connections: Connection[];
beforeEach(async () => {
  remote = await startScriptedBroker();
  connections = [];
});
afterEach(async () => {
  for (const connection of connections) await connection.leave(null);
  await remote.stop();
});

/** A connection that is up. */
async function connect(session: Session = PASSING): Promise<Connection> {
  const { promise: isUp, resolve } = Promise.withResolvers<Connection>();
  const begun = await beginConnection({
    address: { protocol: 'mqtt', host: '127.0.0.1', port: remote.port },
    tls: { ca: null, cert: null, key: null },
    ...{ dial, version: '5', session, clock: systemClock, random: Math.random, logger: silent },
    ...{ timeoutMs: 5000, answerTimeoutMs: 5000, signal: new AbortController().signal },
    onUp: resolve,
    onMessage: () => undefined,
    onDenied: () => undefined,
    onFault: (error) => {
      throw error;
    },
  });
  if (!begun.ok) throw new Error(begun.trouble.kind);
  connections.push(begun.connection);
  return isUp;
}

test('one of which the broker keeps nothing starts clean, with no will', async () => {
  await connect();
  const peer = await peerAfter(remote, 0, CONNECT);
  expect(peer.frames[0]?.body.readUInt8(7)).toBe(0b10);
  expect(peer.frames[0]?.body.readUInt16BE(8)).toBe(30);
});

test('one with no filters is up at once, and asks for those that it is told later', async () => {
  const connection = await connect();
  remote.script = (frame, peer) => {
    const isDenied = frame.type === SUBSCRIBE && frame.body.toString().includes('denied');
    if (isDenied) suback(frame, peer, 135);
    return isDenied;
  };
  expect(await connection.subscribe('granted')).toEqual({ ok: true });
  expect(await connection.subscribe('denied')).toMatchObject({ ok: false, error: expect.any(Error) });
});

test('what is asked when the connection ends goes unanswered', async () => {
  const connection = await connect();
  remote.script = ({ type }, peer) => {
    if (type === UNSUBSCRIBE) peer.socket.destroy();
    return true;
  };
  const answers = [
    connection.publish({ topic: 'a', payload: 'b', retain: true }),
    connection.subscribe('a'),
    connection.unsubscribe(['a']),
  ];
  expect(await Promise.all(answers)).toEqual([UNANSWERED, UNANSWERED, UNANSWERED]);
  expect((await connection.ended).trouble.kind).toBe('closed');
});

test('a message that is larger than any broker takes is not sent', async () => {
  const connection = await connect();
  const answer = await connection.publish({ topic: 'a', payload: 'x'.repeat(128 * 1024), retain: false });
  expect(answer).toMatchObject({ ok: false, error: { message: 'larger than the broker takes' } });
});

test('a broker that says to take packets of no size is sent them', async () => {
  remote.script = ({ type }, peer) => {
    if (type === CONNECT) peer.send(0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 0);
    return type === CONNECT;
  };
  const connection = await connect();
  expect(await connection.publish({ topic: 'a', payload: 'b', retain: false })).toEqual({ ok: true });
});

test('it leaves with a DISCONNECT', async () => {
  const connection = await connect();
  await connection.leave(null);
  await peerAfter(remote, 0, DISCONNECT);
  await connection.ended;
});

test('it waits for no answer that is owed when it leaves with no farewell', async () => {
  const connection = await connect();
  remote.script = () => true;
  const answer = connection.publish({ topic: 'a', payload: 'b', retain: true });
  const peer = await peerAfter(remote, 0, PUBLISH);
  await connection.leave(null);
  expect(await answer).toEqual(UNANSWERED);
  expect(peer.frames.map(({ type }) => type)).toEqual([CONNECT, PUBLISH]);
});

import { createServer, type Server, type Socket } from 'node:net';
import type { AuthenticateError } from 'aedes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseBrokerUrl } from '../../../../fleet/ctl/broker/broker-url.ts';
import { connectBroker } from '../../../../fleet/ctl/broker/connection.ts';
import { CommandFailure } from '../../../../lib/program/command-failure.ts';
import { listenOnLoopback } from '../../../fakes/loopback.ts';
import { startTestBroker } from '../../support/test-broker.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function startBroker(options = {}) {
  const broker = await startTestBroker(options);
  closers.push(broker.close);
  return broker;
}
/** A TCP server that is no proper broker; `versions` are the protocol versions that clients tried. */
async function startServer(onConnect: (socket: Socket, version: number) => void) {
  const sockets = new Set<Socket>();
  const versions: number[] = [];
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (packet: Buffer) => {
      const version = packet[packet.indexOf('MQTT') + 4] ?? 0;
      versions.push(version);
      onConnect(socket, version);
    });
  });
  const port = await listenOnLoopback(server);
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `mqtt://127.0.0.1:${port}`, versions };
}

/** How long was waited between tries. */
const pauses: number[] = [];
beforeEach(() => {
  pauses.length = 0;
});

const connect = (url: string, options = {}) =>
  connectBroker({
    address: parseBrokerUrl(url),
    connectTimeoutMs: 500,
    answerTimeoutMs: 200,
    signal: new AbortController().signal,
    pause: async (ms) => void pauses.push(ms),
    ...options,
  });

async function failureOf(promise: Promise<unknown>): Promise<CommandFailure> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CommandFailure)) throw error;
  return error;
}

describe('connectBroker', () => {
  test('falls back to 3.1.1 when the broker says that it does not speak 5', async () => {
    const { url } = await startBroker();
    const broker = await connect(url);
    await broker.publishRetained('a', 'b');
    await broker.close();
  });

  test('falls back to 3.1.1 when the broker closes the socket on 5', async () => {
    const { url, versions } = await startServer((socket, version) => {
      if (version === 5) socket.end();
      else socket.write(Buffer.from([0x20, 2, 0, 0]));
    });
    const broker = await connect(url);
    expect(versions).toEqual([5, 4]);
    await broker.close();
  });

  test('takes 5 where the broker speaks it', async () => {
    const { url, versions } = await startServer((socket) => socket.write(Buffer.from([0x20, 3, 0, 0, 0])));
    const broker = await connect(url);
    expect(versions).toEqual([5]);
    await broker.close();
  });

  test('nothing that listens is told as such', async () => {
    const failure = await failureOf(connect('mqtt://127.0.0.1:1'));
    expect(failure).toMatchObject({ exitCode: 3, code: 'broker_unreachable' });
    expect(failure.message).toBe('the broker at 127.0.0.1:1 cannot be reached: nothing listens there');
  });

  test('a wrong password is told as such, without the password', async () => {
    const refuse = (
      _client: unknown,
      _user: unknown,
      _password: unknown,
      done: (error: AuthenticateError, ok: null) => void,
    ) => done(Object.assign(new Error('no'), { returnCode: 4 }), null);
    const { url } = await startBroker({ authenticate: refuse });
    const failure = await failureOf(connect(url.replace('//', '//me:s3cret@')));
    expect(failure.exitCode).toBe(3);
    expect(failure).toMatchObject({
      code: 'broker_refused_login',
      message: expect.stringContaining('refuses the login'),
    });
    expect(failure.message).toContain('does not take this user and password');
    expect(failure.hint).toBe('is the password right, and does the broker know this user?');
    expect(pauses).toEqual([]);
    expect((await failureOf(connect(url))).hint).toContain('give user and password in the URL');
    expect(JSON.stringify(failure) + failure.message + failure.hint).not.toContain('s3cret');
  });

  test('user and password reach the broker, decoded', async () => {
    let seen = '';
    const authenticate = (
      _client: unknown,
      user: string,
      password: Buffer,
      done: (error: null, ok: boolean) => void,
    ) => {
      seen = `${user} ${password}`;
      done(null, true);
    };
    const { url } = await startBroker({ authenticate });
    const broker = await connect(url.replace('//', '//me%40x:p%3Aw%2F@'));
    await broker.close();
    expect(seen).toBe('me@x p:w/');
  });

  test('a server that says nothing is given up', async () => {
    const { url } = await startServer(() => undefined);
    const failure = await failureOf(connect(url));
    expect(failure.exitCode).toBe(3);
    expect(failure.message).toContain('does not answer');
  });

  test('TLS to a server without it is told as such', async () => {
    const { url } = await startServer((socket) => socket.end('no TLS\n'));
    const failure = await failureOf(connect(url.replace('mqtt:', 'mqtts:')));
    expect(failure.message).toContain('it does not speak TLS');
  });

  test('a broker that closes while it elects a leader is tried three times', async () => {
    const { url, versions } = await startServer((socket) => {
      if (versions.length <= 4) socket.end();
      else socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
    });
    const broker = await connect(url);
    expect(versions).toEqual([5, 4, 5, 4, 5]);
    expect(pauses).toEqual([1000, 4000]);
    await broker.close();
  });

  test('one that closes for ever is given up, with what may be the cause', async () => {
    const { url } = await startServer((socket) => socket.end());
    const failure = await failureOf(connect(url));
    expect(failure).toMatchObject({ code: 'broker_unreachable', exitCode: 3 });
    expect(failure.hint).toContain('or the broker is short of a node');
    expect(pauses).toEqual([1000, 4000]);
  });

  test('an interrupt between two tries ends it', async () => {
    const interrupt = new AbortController();
    const pause = async () => interrupt.abort(new Error('stop'));
    const connecting = connect('mqtt://127.0.0.1:1', { signal: interrupt.signal, pause });
    await expect(connecting).rejects.toThrow('stop');
  });

  test('an interrupt ends the connecting', async () => {
    const { url } = await startServer(() => interrupt.abort(new Error('stop')));
    const interrupt = new AbortController();
    await expect(connect(url, { signal: interrupt.signal })).rejects.toThrow('stop');
  });
});

describe('a connection', () => {
  /** A broker that refuses each filter so many times. */
  async function refusingBroker(times: number) {
    const tries = new Map<string, number>();
    const broker = await startBroker({
      authorizeSubscribe: (
        _client: unknown,
        subscription: { topic: string },
        done: (error: null, granted: { topic: string } | null) => void,
      ) => {
        const { topic } = subscription;
        tries.set(topic, (tries.get(topic) ?? 0) + 1);
        done(null, (tries.get(topic) ?? 0) > times ? subscription : null);
      },
    });
    return { url: broker.url, tries };
  }

  test('a subscription that is refused twice is asked for again', async () => {
    const { url, tries } = await refusingBroker(2);
    const broker = await connect(url);
    await broker.subscribe(['a', 'b']);
    expect(Object.fromEntries(tries)).toEqual({ a: 3, b: 3 });
    expect(pauses.toSorted()).toEqual([1000, 1000, 4000, 4000]);
    await broker.close();
  });

  test('one that is refused three times is told', async () => {
    const { url, tries } = await refusingBroker(9);
    const broker = await connect(url);
    const failure = await failureOf(broker.subscribe(['a']));
    expect(failure).toMatchObject({ exitCode: 3, code: 'broker_refused' });
    expect(failure.hint).toContain('or the broker is short of a node');
    expect(tries.get('a')).toBe(3);
    await broker.close();
  });

  test('a broker that does not acknowledge is given up', async () => {
    const { url } = await startServer((socket) => socket.write(Buffer.from([0x20, 3, 0, 0, 0])));
    const broker = await connect(url);
    const failure = await failureOf(broker.publishRetained('a', 'b'));
    expect(failure).toMatchObject({ exitCode: 3, code: 'broker_silent' });
    await broker.close();
  });
});

describe('parseBrokerUrl', () => {
  test.each([
    ['mqtt://host', { host: 'host', port: 1883, isTls: false }],
    ['mqtts://host', { host: 'host', port: 8883, isTls: true }],
    ['mqtt://[::1]:1884', { host: '::1', port: 1884 }],
    ['mqtt://u@host', { username: 'u', password: undefined }],
  ])('%s', (url, expected) => {
    expect(parseBrokerUrl(url)).toMatchObject(expected);
  });

  test.each([[undefined], [''], ['host:1883'], ['http://host'], ['mqtt://'], ['mqtt://a%:b@host']])(
    '%s is wrong usage',
    (url) => {
      expect(() => parseBrokerUrl(url)).toThrow(CommandFailure);
    },
  );
});

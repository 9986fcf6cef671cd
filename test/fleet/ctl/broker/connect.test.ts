import type { AuthenticateError } from 'aedes';
import { describe, expect, test } from 'vitest';
import { connect, failureOf, pauses, startBroker, startServer } from './broker-harness.ts';

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

import { describe, expect, test } from 'vitest';
import type { Broker } from '../../../../fleet/ctl/broker/broker.ts';
import { until } from '../../../fakes/until.ts';
import { connect, failureOf, pauses, startBroker, startServer } from './broker-harness.ts';

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

  test.each([
    ['subscribing', (broker: Broker) => broker.subscribe(['a'])],
    ['unsubscribing', (broker: Broker) => broker.unsubscribe(['a'])],
    ['publishing', (broker: Broker) => broker.publishRetained('a', 'b')],
  ])('one that ends while %s is told as lost, not as refused', async (_name, ask) => {
    const { url } = await startServer((socket) => {
      socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
      socket.once('data', () => socket.end());
    });
    const broker = await connect(url);
    const failure = await failureOf(ask(broker));
    expect(failure).toMatchObject({
      exitCode: 3,
      code: 'broker_lost',
      hint: expect.stringContaining('try again'),
    });
    expect(failure.message).toMatch(/^the connection to the broker at 127\.0\.0\.1:\d+ was lost$/);
    await broker.close();
  });

  test('an error in a listener ends what is waited for', async () => {
    const remote = await startBroker();
    await remote.publishRetained('a', 'b');
    const broker = await connect(remote.url);
    broker.onMessage(() => {
      throw new Error('a fault');
    });
    await broker.subscribe(['a']).catch(() => undefined);
    await until('the end', () => broker.signal.aborted);
    await expect(broker.pause(1)).rejects.toThrow('a fault');
    await broker.close();
  });
});

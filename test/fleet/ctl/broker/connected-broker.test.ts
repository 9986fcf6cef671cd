import { describe, expect, test } from 'vitest';
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
});

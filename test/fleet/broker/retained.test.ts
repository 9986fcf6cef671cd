import { describe, expect, test } from 'vitest';
import type { Broker, MessageListener } from '../../../fleet/broker/connection.ts';
import { awaitRetained } from '../../../fleet/broker/retained.ts';

/** A broker that sends `windows` of retained messages: the first at the SUBACK, each next before an UNSUBACK. */
function windowedBroker(windows: number[], signal = new AbortController().signal) {
  const listeners = new Set<MessageListener>();
  const sent: number[] = [];
  const sendWindow = () => {
    const size = windows.shift() ?? 0;
    sent.push(size);
    for (let index = 0; index < size; index += 1) {
      for (const listener of listeners)
        listener({ topic: 't', payload: new Uint8Array([1]), isRetained: true });
    }
  };
  const broker: Broker = {
    label: 'fake',
    signal,
    onMessage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribe: async () => sendWindow(),
    unsubscribe: async () => sendWindow(),
    publishRetained: async () => undefined,
    close: async () => undefined,
  };
  return { broker, sent, listeners };
}

describe('awaitRetained', () => {
  test('asks on while its acknowledgements release more', async () => {
    const { broker, sent, listeners } = windowedBroker([20, 20, 20, 3]);
    expect(await awaitRetained(broker, [['a']])).toEqual([]);
    expect(sent.slice(0, 4)).toEqual([20, 20, 20, 3]);
    expect(listeners.size).toBe(0);
  });

  test('takes what comes late, after a first answer that seemed to be the end', async () => {
    const { broker, sent } = windowedBroker([5, 0, 7]);
    await awaitRetained(broker, [['a']]);
    expect(sent.slice(0, 3)).toEqual([5, 0, 7]);
    expect(sent.at(-1)).toBe(0);
  });

  test('tells the filters of which a broker may have held something back', async () => {
    const { broker } = windowedBroker([999, 0, 1000]);
    expect(await awaitRetained(broker, [['a'], ['b']])).toEqual(['b']);
  });

  test('ends at once when the connection is lost', async () => {
    const lost = new AbortController();
    const { broker } = windowedBroker([], lost.signal);
    const reading = awaitRetained(broker, [['a']]);
    lost.abort(new Error('lost'));
    await expect(reading).rejects.toThrow('lost');
  });
});

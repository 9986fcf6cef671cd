import { describe, expect, test } from 'vitest';
import type { Broker, MessageListener } from '../../../../fleet/ctl/broker/broker.ts';
import { awaitRetained } from '../../../../fleet/ctl/broker/retained.ts';

/**
 * A broker that sends `windows` of messages: the first at the SUBACK, each next before an UNSUBACK. Negative ones are
 * live messages.
 */
function windowedBroker(windows: number[], signal = new AbortController().signal) {
  const listeners = new Set<MessageListener>();
  const sent: number[] = [];
  const pauses: number[] = [];
  const sendWindow = () => {
    const size = windows.shift() ?? 0;
    sent.push(size);
    for (let index = 0; index < Math.abs(size); index += 1) {
      for (const listener of listeners)
        listener({ topic: 't', payload: new Uint8Array([1]), isRetained: size > 0 });
    }
  };
  const broker: Broker = {
    label: 'fake',
    signal,
    onMessage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    pause: async (ms) => {
      pauses.push(ms);
      signal.throwIfAborted();
    },
    subscribe: async () => sendWindow(),
    unsubscribe: async () => sendWindow(),
    publish: async () => undefined,
    publishRetained: async () => undefined,
    close: async () => undefined,
  };
  return { broker, sent, listeners, pauses };
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

  test.each([
    ['as many as ejabberd and EMQX give of one subscription', [1000], 1000],
    ['as many as Mosquitto gives of one subscription', [20, 500, 500], 1020],
    ['as many, less the live ones that stood in the queue before', [-3, 1017], 1017],
  ])('tells of %s that they may be cut', async (_name, windows, count) => {
    const { broker } = windowedBroker([...windows]);
    expect(await awaitRetained(broker, [['a']])).toEqual([{ filter: 'a', count }]);
  });

  test.each([
    ['fewer', [999]],
    ['others', [1010]],
    ['more', [1100]],
    ['fewer, with live ones that came after', [500, -520]],
  ])('tells nothing of %s', async (_name, windows) => {
    const { broker } = windowedBroker([...windows]);
    expect(await awaitRetained(broker, [['a']])).toEqual([]);
  });

  test('tells it of the filter that it is of', async () => {
    const { broker } = windowedBroker([999, 0, 1000]);
    expect(await awaitRetained(broker, [['a'], ['b']])).toEqual([{ filter: 'b', count: 1000 }]);
  });

  test('waits longer after each thousand, as a broker may send no more than that in a second', async () => {
    const { broker, pauses, sent } = windowedBroker([1000, 1000, 100]);
    expect(await awaitRetained(broker, [['a']])).toEqual([]);
    expect(sent.slice(0, 3)).toEqual([1000, 1000, 100]);
    expect(pauses).toEqual([1500, 1500, 300]);
  });

  test('ends at once when the connection is lost', async () => {
    const lost = new AbortController();
    lost.abort(new Error('lost'));
    const { broker } = windowedBroker([], lost.signal);
    await expect(awaitRetained(broker, [['a']])).rejects.toThrow('lost');
  });
});

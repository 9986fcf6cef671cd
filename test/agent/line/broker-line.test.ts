import { createServer } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../../../scripts/rig/port.ts';
import { listenOnLoopback } from '../../fakes/loopback.ts';
import {
  acknowledgedBy,
  CONNECT,
  connack,
  DISCONNECT,
  type Frame,
  PUBLISH,
  peerAfter,
  puback,
  publishTo,
  type ScriptedBroker,
  SUBSCRIBE,
  startScriptedBroker,
  suback,
  topicOf,
} from '../../fakes/scripted-broker.ts';
import { until } from '../../fakes/until.ts';
import { clockBesideSockets, type VirtualClock } from '../../fakes/virtual-clock.ts';
import { brokerConfig, PREFIX, PRESENCE_TOPIC, type Recording, recordLine } from './line-harness.ts';

const DEPLOYMENT = `${PREFIX}/devices/edge-01/deployments/web`;

let remote: ScriptedBroker;
let cleanUps: (() => Promise<void>)[];
beforeEach(async () => {
  remote = await startScriptedBroker();
  cleanUps = [() => remote.stop()];
});
afterEach(async () => {
  // The remote side first: with a clock that stands still, an orderly close would wait for it for ever.
  for (const cleanUp of cleanUps) await cleanUp();
});

function start(...args: Parameters<typeof recordLine>): Recording {
  const recording = recordLine(...args);
  cleanUps.push(() => recording.broker.close());
  recording.broker.start();
  return recording;
}

async function startConnected(clock?: VirtualClock): Promise<Recording> {
  const recording = start(brokerConfig(remote.port), clock === undefined ? {} : { clock });
  await until('connected', () => recording.connects === 1);
  return recording;
}

describe('connecting', () => {
  test('asks for 5, with session, will and keepalive, subscribes and then tells that it is online', async () => {
    const { broker } = await startConnected();
    const peer = await peerAfter(remote, 0, PUBLISH);
    expect(peer.version).toBe(5);
    const flags = peer.frames[0]?.body.readUInt8(7) ?? 0;
    // Will retained at QoS 1, and no clean start.
    expect(flags & 0b11_1110).toBe(0b10_1100);
    expect(peer.frames[0]?.body.readUInt16BE(8)).toBe(60);
    expect(peer.frames[0]?.body.toString()).toContain('holdfast-edge-01');
    expect(peer.frames[0]?.body.toString()).toContain('"online":false');
    expect(peer.frames.map(({ type }) => type)).toEqual([CONNECT, SUBSCRIBE, SUBSCRIBE, SUBSCRIBE, PUBLISH]);
    expect(peer.frames.slice(1, 4).map(({ body }) => body.subarray(5, -1).toString())).toEqual([
      `${PREFIX}/devices/edge-01/deployments/+`,
      `${PREFIX}/groups/berlin/deployments/+`,
      `${PREFIX}/devices/edge-01/commands/+`,
    ]);
    const presence = peer.frames[4];
    expect(presence && topicOf(presence)).toBe(PRESENCE_TOPIC);
    expect(presence?.body.toString()).toContain('"online":true');
    // QoS 1, retained.
    expect(presence?.flags).toBe(0b11);
    expect(broker.status()).toMatchObject({ isConnected: true, protocol: '5', trouble: null, denied: [] });
  });

  test('goes on with the rest when a subscription is refused, and names it', async () => {
    remote.script = (frame, peer) => {
      if (frame.type !== SUBSCRIBE || !frame.body.toString().includes('groups')) return false;
      suback(frame, peer, 0x87);
      return true;
    };
    const { broker, troubles } = await startConnected();
    const denied = [`${PREFIX}/groups/berlin/deployments/+`];
    expect(broker.status()).toMatchObject({ isConnected: true, trouble: null, denied });
    expect(troubles).toEqual([]);
  });

  test.each([
    ['5', 0x87],
    ['5', 0x80],
    ['3.1.1', 0x80],
  ])(
    'asks again in %s for a subscription that was refused with %i, until it is granted',
    async (version, code) => {
      let isRefusing = true;
      remote.script = (frame, peer) => {
        if (frame.type === CONNECT && peer.version === 5 && version !== '5') connack(peer, 1);
        else if (frame.type === SUBSCRIBE && isRefusing) suback(frame, peer, code);
        else return false;
        return true;
      };
      const clock = clockBesideSockets();
      const { broker, logs } = start(brokerConfig(remote.port), { clock, random: () => 0 });
      await until('connected', () => broker.status().isConnected);
      expect(broker.status()).toMatchObject({
        protocol: version,
        denied: expect.objectContaining({ length: 3 }),
      });
      isRefusing = false;
      await clock.advance(2500);
      await until('all is granted', () => broker.status().denied.length === 0);
      const peer = remote.peers.at(-1);
      expect(peer?.frames.filter(({ type }) => type === SUBSCRIBE)).toHaveLength(6);
      expect(logs.filter(({ msg }) => msg.startsWith('the broker grants'))).toHaveLength(3);
    },
  );

  test.each([
    [4, '3.1.1'],
    [5, '3.1.1'],
    [134, '5'],
    [135, '5'],
  ])('CONNACK %i tells of refused credentials', async (code, version) => {
    remote.script = (frame, peer) => {
      if (frame.type !== CONNECT) return false;
      connack(peer, code);
      return true;
    };
    const { broker, troubles } = start(brokerConfig(remote.port));
    await until('a trouble', () => troubles.length > 0);
    expect(troubles[0]?.code).toBe('refused_credentials');
    expect(remote.peers.find((peer) => peer.version === (version === '5' ? 5 : 4))).toBeDefined();
    expect(broker.status()).toMatchObject({ isConnected: false, trouble: { code: 'refused_credentials' } });
  });

  test('a password file that cannot be read is told by name', async () => {
    const config = brokerConfig(remote.port, {
      username: 'edge-01',
      passwordFile: '/nowhere/broker.password',
    });
    const { troubles } = start(config);
    await until('a trouble', () => troubles.length > 0);
    expect(troubles[0]).toMatchObject({ code: 'refused_credentials' });
    expect(troubles[0]?.message).toContain('/nowhere/broker.password');
  });

  test('a port where nothing listens is unreachable, told once for many tries', async () => {
    const { troubles, logs } = start(brokerConfig(await freePort()));
    await until('three tries', () => logs.filter(({ msg }) => msg === 'not connected').length >= 3);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('a broker that accepts and never answers is given up after 20 s', async () => {
    remote.script = () => true;
    const clock = clockBesideSockets();
    const { troubles } = start(brokerConfig(remote.port), { clock });
    await peerAfter(remote, 0, CONNECT);
    await clock.advance(19_999);
    expect(troubles).toEqual([]);
    await clock.advance(1);
    expect(troubles[0]).toMatchObject({ code: 'no_answer' });
    await clock.advance(1000);
    await peerAfter(remote, 1, CONNECT);
    expect(remote.peers[1]?.version).toBe(5);
  });

  test('a broker that leaves a subscription unanswered is given up too', async () => {
    remote.script = (frame) => frame.type === SUBSCRIBE;
    const clock = clockBesideSockets();
    const { troubles } = start(brokerConfig(remote.port), { clock });
    await peerAfter(remote, 0, SUBSCRIBE);
    await clock.advance(20_000);
    expect(troubles[0]).toMatchObject({
      code: 'no_answer',
      message: expect.stringContaining('subscription'),
    });
  });

  test('documents that come in slowly before the answer to a subscription are no silence', async () => {
    const held: (() => void)[] = [];
    remote.script = (frame, peer) => {
      if (frame.type !== SUBSCRIBE || !frame.body.toString().includes('commands')) return false;
      held.push(() => suback(frame, peer, 1));
      return true;
    };
    const clock = clockBesideSockets();
    const { troubles, messages, broker } = start(brokerConfig(remote.port), { clock });
    const peer = await peerAfter(remote, 0, SUBSCRIBE);
    for (let document = 1; document <= 5; document += 1) {
      publishTo(peer, DEPLOYMENT, Buffer.from('x'), document);
      await until('the document', () => messages.length === document);
      await clock.advance(15_000);
    }
    expect(troubles).toEqual([]);
    await until('the last subscription', () => held.length === 1);
    held[0]?.();
    await until('connected', () => broker.status().isConnected);
  });

  test('something that is no MQTT broker is left, and tried again', async () => {
    remote.script = (_frame, peer) => {
      peer.socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
      return true;
    };
    const { troubles } = start(brokerConfig(remote.port));
    await until('a trouble', () => troubles.length > 0);
    expect(troubles[0]?.code).toBe('closed');
    await until('another try', () => remote.peers.length > 2);
  });
});

describe('versions', () => {
  test('aedes, which speaks only 3.1.1, is reached at once, and directly the next time', async () => {
    const aedes = await Aedes.createBroker();
    const clients: Client[] = [];
    aedes.on('clientReady', (client) => clients.push(client));
    const server = createServer(aedes.handle);
    let accepted = 0;
    server.on('connection', () => {
      accepted += 1;
    });
    const { broker, troubles, messages } = start(brokerConfig(await listenOnLoopback(server)));
    cleanUps.push(async () => {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      server.close();
    });
    await until('connected', () => broker.status().isConnected);
    expect(broker.status().protocol).toBe('3.1.1');
    expect(troubles).toEqual([]);
    expect(accepted).toBe(2);

    const packet = {
      cmd: 'publish',
      topic: DEPLOYMENT,
      payload: Buffer.from('{}'),
      qos: 1,
      retain: true,
      dup: false,
    };
    await new Promise((resolve) => aedes.publish({ ...packet, cmd: 'publish', qos: 1 }, resolve));
    await until('the message', () => messages.length === 1);
    expect(await broker.publish(`${PREFIX}/devices/edge-01/events`, '{}', { retain: false })).toBe(true);

    clients[0]?.close();
    await until('back', () => clients.length === 2 && broker.status().isConnected);
    expect(accepted).toBe(3);
    // Subscribed afresh, so the retained document is there again.
    await until('the retained message', () => messages.some(({ isRetained }) => isRetained));
  });

  test('a broker that closes on 5 without a word is found to speak 3.1.1', async () => {
    remote.script = (frame, peer) => {
      if (frame.type !== CONNECT || peer.version !== 5) return false;
      peer.socket.destroy();
      return true;
    };
    const { broker, troubles } = start(brokerConfig(remote.port));
    await until('connected', () => broker.status().isConnected);
    expect(broker.status().protocol).toBe('3.1.1');
    expect(troubles).toEqual([]);
  });

  test('a broker that was only away is not held to 3.1.1', async () => {
    let isAway = true;
    remote.script = (frame, peer) => {
      if (frame.type !== CONNECT || !isAway) return false;
      peer.socket.destroy();
      return true;
    };
    const { broker } = start(brokerConfig(remote.port));
    await until('both versions tried', () => remote.peers.length >= 5);
    isAway = false;
    await until('connected', () => broker.status().isConnected);
    if (broker.status().protocol === '3.1.1') remote.peers.at(-1)?.socket.destroy();
    await until('connected in 5', () => broker.status().protocol === '5');
  });
});

describe('messages', () => {
  test('are acknowledged after the handler returned, in order', async () => {
    const seen: string[] = [];
    const recording = await startConnected();
    const peer = await peerAfter(remote, 0, PUBLISH);
    recording.onMessage = ({ payload }) => {
      seen.push(`${Buffer.from(payload)} with ${acknowledgedBy(peer).length} acknowledged`);
    };
    publishTo(peer, DEPLOYMENT, Buffer.from('one'), 1);
    await until('first ack', () => acknowledgedBy(peer).length === 1);
    publishTo(peer, DEPLOYMENT, Buffer.from('two'), 2, 0x3);
    await until('second ack', () => acknowledgedBy(peer).length === 2);
    expect(seen).toEqual(['one with 0 acknowledged', 'two with 1 acknowledged']);
    expect(acknowledgedBy(peer)).toEqual([1, 2]);
    expect(recording.messages.map(({ isRetained }) => isRetained)).toEqual([false, true]);
  });

  test('whose handler throws are not acknowledged, others are, and they are asked for again', async () => {
    const clock = clockBesideSockets();
    const recording = await startConnected(clock);
    const peer = await peerAfter(remote, 0, PUBLISH);
    recording.onMessage = ({ payload }) => {
      if (Buffer.from(payload).toString() === 'bad') throw new Error('disk full');
    };
    publishTo(peer, DEPLOYMENT, Buffer.from('bad'), 1);
    publishTo(peer, DEPLOYMENT, Buffer.from('good'), 2);
    await until('an ack', () => acknowledgedBy(peer).length > 0);
    expect(acknowledgedBy(peer)).toEqual([2]);
    expect(recording.logs.some(({ msg, level }) => msg.startsWith('message not taken') && level === 50)).toBe(
      true,
    );
    await clock.advance(60_000);
    expect(recording.troubles).toMatchObject([{ code: 'closed' }]);
    await clock.advance(1000);
    await until('reconnected', () => recording.connects === 2);
  });

  test('past all limits are cut, handed on and acknowledged', async () => {
    const { messages } = await startConnected();
    const peer = await peerAfter(remote, 0, PUBLISH);
    publishTo(peer, DEPLOYMENT, Buffer.alloc(1_500_000, 'x'), 1);
    publishTo(peer, DEPLOYMENT, Buffer.alloc(20_000, 'y'), 2);
    await until('both acks', () => acknowledgedBy(peer).length === 2);
    const sizes = messages.map(({ payload }) => payload.byteLength);
    expect(sizes[0]).toBeGreaterThan(120 * 1024);
    expect(sizes[0]).toBeLessThan(256 * 1024);
    expect(sizes[1]).toBe(20_000);
  });

  test('at QoS 2, which was not asked for, end the connection', async () => {
    const { troubles } = await startConnected();
    const peer = await peerAfter(remote, 0, PUBLISH);
    publishTo(peer, DEPLOYMENT, Buffer.from('x'), 1, 0x4);
    await until('a trouble', () => troubles.length > 0);
    expect(troubles[0]?.message).toContain('QoS 2');
  });
});

describe('publishing', () => {
  const topic = `${PREFIX}/devices/edge-01/events`;
  const publish = ({ broker }: Recording): Promise<boolean> => broker.publish(topic, '{}', { retain: false });
  const isEvents = (frame: Parameters<typeof topicOf>[0]): boolean =>
    frame.type === PUBLISH && topicOf(frame) === topic;

  test('is false while there is no connection', async () => {
    const recording = recordLine(brokerConfig(remote.port));
    expect(await publish(recording)).toBe(false);
  });

  test('is true on PUBACK, and false on one that refuses, which is logged', async () => {
    const codes = [0x00, 0x97, 0x10];
    remote.script = (frame, peer) => {
      if (!isEvents(frame)) return false;
      puback(frame, peer, codes.shift());
      return true;
    };
    const recording = await startConnected();
    expect([await publish(recording), await publish(recording), await publish(recording)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(recording.logs).toContainEqual(
      expect.objectContaining({ msg: 'the broker refuses a publish', topic, reason: 'Quota exceeded (151)' }),
    );
  });

  test('to a topic that the rules forbid is told, held back for a while and then tried again', async () => {
    const codes = [0x87, 0x87, 0x00];
    remote.script = (frame, peer) => {
      if (!isEvents(frame)) return false;
      puback(frame, peer, codes.shift());
      return true;
    };
    const clock = clockBesideSockets();
    const recording = start(brokerConfig(remote.port), { clock, random: () => 0.5 });
    await until('connected', () => recording.connects === 1);
    expect(await publish(recording)).toBe(false);
    expect(recording.broker.status()).toMatchObject({ isConnected: true, trouble: null, denied: [topic] });
    await clock.advance(29_999);
    expect(await publish(recording)).toBe(false);
    expect(codes).toHaveLength(2);
    await clock.advance(1);
    expect(await publish(recording)).toBe(false);
    expect(codes).toHaveLength(1);
    await clock.advance(60_000);
    expect(await publish(recording)).toBe(true);
    expect(recording.broker.status().denied).toEqual([]);
  });

  test.each([
    [1, 1],
    [5, 5],
    [200, 16],
    [0, 16],
  ])('to a broker that takes %i at once has %i under way at most', async (receiveMaximum, most) => {
    const held: Frame[] = [];
    remote.script = (frame, peer) => {
      if (frame.type === CONNECT)
        peer.send(0x20, 6, 0, 0, 3, 0x21, receiveMaximum >> 8, receiveMaximum & 255);
      else if (isEvents(frame)) held.push(frame);
      else return false;
      return true;
    };
    const recording = await startConnected();
    const results = Array.from({ length: 20 }, () => publish(recording));
    for (let left = results.length; left > 0; left -= 1) {
      await until('the window is full', () => held.length === Math.min(left, most));
      const [peer, oldest] = [remote.peers[0], held.shift()];
      if (peer !== undefined && oldest !== undefined) puback(oldest, peer);
    }
    expect(new Set(await Promise.all(results))).toEqual(new Set([true]));
  });

  test('in flight is false at once when the connection ends', async () => {
    remote.script = (frame) => isEvents(frame);
    const recording = await startConnected();
    const results = Array.from({ length: 40 }, () => publish(recording));
    await until('a full window', () => (remote.peers[0]?.frames ?? []).filter(isEvents).length === 16);
    remote.peers[0]?.socket.destroy();
    expect(new Set(await Promise.all(results))).toEqual(new Set([false]));
    expect(remote.peers[0]?.frames.filter(isEvents)).toHaveLength(16);
  });

  test('never acknowledged ends the connection after two minutes of it', async () => {
    remote.script = (frame) => isEvents(frame);
    const clock = clockBesideSockets();
    const recording = await startConnected(clock);
    // So that no late acknowledgement of the presence counts as progress.
    expect(await recording.broker.publish(DEPLOYMENT, '{}', { retain: false })).toBe(true);
    const result = publish(recording);
    await until('it is sent', () => (remote.peers[0]?.frames ?? []).some(isEvents));
    // The broker answers pings meanwhile, so that nothing else ends it.
    for (let second = 0; second < 120; second += 1) await clock.advance(1000);
    expect(await result).toBe(false);
    expect(recording.troubles[0]).toMatchObject({ code: 'no_answer' });
  });

  test('is not sent again by the library on the next connection', async () => {
    remote.script = (frame, peer) => isEvents(frame) && peer === remote.peers[0];
    const recording = await startConnected();
    const result = publish(recording);
    await until('it is sent', () => (remote.peers[0]?.frames ?? []).some(isEvents));
    remote.peers[0]?.socket.destroy();
    expect(await result).toBe(false);
    await until('reconnected', () => recording.connects === 2);
    expect(await publish(recording)).toBe(true);
    expect(remote.peers[1]?.frames.filter(isEvents)).toHaveLength(1);
  });
});

describe('losing the connection', () => {
  test.each([
    ['without a word', () => Buffer.alloc(0)],
    ['with an alert of TLS', () => Buffer.from([0x15, 3, 1, 0, 2, 2, 70])],
  ])('%s before any answer is what a port for TLS does', async (_title, alert) => {
    remote.script = (_frame, peer) => {
      peer.socket.end(alert());
      return true;
    };
    const { troubles } = start(brokerConfig(remote.port));
    await until('a trouble', () => troubles.length > 0);
    expect(troubles[0]).toMatchObject({
      code: 'closed',
      message: expect.stringContaining('does it want TLS on this port'),
    });
  });

  test('to another client of the same id is told as such', async () => {
    const { troubles } = await startConnected();
    const peer = await peerAfter(remote, 0, PUBLISH);
    peer.send(0xe0, 2, 0x8e, 0);
    await until('a trouble', () => troubles.length > 0);
    expect(troubles[0]).toMatchObject({ code: 'session_taken' });
  });

  test('with the broker’s reason is told with it, though the socket closes right behind', async () => {
    const { troubles } = await startConnected();
    const peer = await peerAfter(remote, 0, PUBLISH);
    peer.socket.end(Buffer.from([0xe0, 2, 0x8b, 0]));
    await until('a trouble', () => troubles.length > 0);
    expect(troubles[0]).toMatchObject({
      code: 'closed',
      message: expect.stringContaining('shutting down (139)'),
    });
  });

  test.each([
    [0x93, 'Receive Maximum exceeded (147)'],
    [0x97, 'Quota exceeded (151)'],
    [0x98, 'Administrative action (152)'],
  ])(
    'again and again for a reason (%i) is not told as another device of the same id',
    async (code, words) => {
      remote.script = (frame, peer) => {
        if (frame.type === PUBLISH) peer.socket.end(Buffer.from([0xe0, 2, code, 0]));
        return frame.type === PUBLISH;
      };
      const clock = clockBesideSockets();
      const { troubles } = start(brokerConfig(remote.port), { clock });
      for (let time = 1; time <= 5; time += 1) {
        await until('a trouble', () => troubles.length === time);
        await clock.advance(10_000);
      }
      expect(new Set(troubles.map((trouble) => trouble.code))).toEqual(new Set(['closed']));
      expect(troubles[4]?.message).toContain(words);
    },
  );

  test('shows by unanswered pings', async () => {
    const clock = clockBesideSockets();
    const { broker, troubles } = await startConnected(clock);
    // Acknowledged, so that nothing is under way any more when the silence begins.
    expect(await broker.publish(DEPLOYMENT, '{}', { retain: false })).toBe(true);
    remote.script = () => true;
    await clock.advance(91_000);
    expect(troubles[0]).toMatchObject({ code: 'no_answer', message: expect.stringContaining('ping') });
  });

  test('is not seen in a late answer to a ping, while something comes in', async () => {
    const clock = clockBesideSockets();
    const { broker, troubles, messages } = await startConnected(clock);
    expect(await broker.publish(DEPLOYMENT, '{}', { retain: false })).toBe(true);
    const peer = await peerAfter(remote, 0, PUBLISH);
    remote.script = () => true;
    for (let document = 1; document <= 8; document += 1) {
      publishTo(peer, DEPLOYMENT, Buffer.from('x'), document);
      await until('the document', () => messages.length === document);
      await clock.advance(25_000);
    }
    expect(troubles).toEqual([]);
    await clock.advance(60_000);
    expect(troubles[0]).toMatchObject({ code: 'no_answer', message: expect.stringContaining('ping') });
  });

  test('is followed by a new one that subscribes again', async () => {
    const recording = await startConnected();
    remote.peers[0]?.socket.destroy();
    await until('reconnected', () => recording.connects === 2);
    const peer = await peerAfter(remote, 1, PUBLISH);
    expect(peer.frames.filter(({ type }) => type === SUBSCRIBE)).toHaveLength(3);
    expect(recording.troubles).toHaveLength(1);
  });
});

describe('close', () => {
  test('publishes that it is offline, disconnects and leaves no sleeper', async () => {
    const clock = clockBesideSockets();
    const { broker } = await startConnected(clock);
    await broker.close();
    const peer = await peerAfter(remote, 0, DISCONNECT);
    const last = peer.frames.at(-2);
    expect(last?.type).toBe(PUBLISH);
    expect(last?.body.toString()).toContain('"online":false');
    expect(broker.status()).toMatchObject({ isConnected: false });
    expect(clock.pendingCount).toBe(0);
  });

  test('with a broker that acknowledges nothing takes a second, and leaves the last will to speak', async () => {
    const clock = clockBesideSockets();
    const { broker, troubles } = await startConnected(clock);
    remote.script = () => true;
    const closed = broker.close();
    await clock.advance(1000);
    await closed;
    const peer = remote.peers[0];
    await until('the socket is closed', () => peer?.socket.destroyed === true);
    expect(peer?.frames.some(({ type }) => type === DISCONNECT)).toBe(false);
    expect(troubles).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });

  test('ends a try that hangs, and a wait between tries', async () => {
    remote.script = () => true;
    const clock = clockBesideSockets();
    const { broker } = start(brokerConfig(remote.port), { clock });
    await peerAfter(remote, 0, CONNECT);
    await broker.close();
    expect(clock.pendingCount).toBe(0);
  });
});

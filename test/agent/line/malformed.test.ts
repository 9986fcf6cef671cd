// Packets that no broker should send, right behind its CONNACK.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CONNECT, type ScriptedBroker, startScriptedBroker } from '../../fakes/scripted-broker.ts';
import { until } from '../../fakes/until.ts';
import { clockBesideSockets } from '../../fakes/virtual-clock.ts';
import { brokerConfig, recordLine } from './line-harness.ts';

const CONNACK = [0x20, 0x03, 0x00, 0x00, 0x00];

let remote: ScriptedBroker;
let cleanUps: (() => Promise<void>)[];
beforeEach(async () => {
  remote = await startScriptedBroker();
  cleanUps = [() => remote.stop()];
});
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** Answers each CONNECT of MQTT 5 with these bytes, in one segment; 3.1.1 is not spoken. */
function answerConnect(...bytes: number[]): void {
  remote.script = ({ type }, peer) => {
    if (peer.version !== 5) peer.socket.destroy();
    else if (type === CONNECT) peer.send(...bytes);
    return true;
  };
}

test.each([
  ['a PUBLISH of no length', [...CONNACK, 0x30, 0x00]],
  ['a PUBLISH with QoS 3', [...CONNACK, 0x36, 0x05, 0x00, 0x01, 0x61, 0x00, 0x01]],
  ['a topic longer than its packet', [...CONNACK, 0x30, 0x04, 0x00, 0xff, 0x61, 0x00]],
  ['properties longer than their packet', [...CONNACK, 0x30, 0x05, 0x00, 0x01, 0x61, 0x7f, 0x00]],
  ['a packet of no known type', [...CONNACK, 0x00, 0x00]],
  ['a CONNACK with properties longer than itself', [0x20, 0x03, 0x00, 0x00, 0x7f]],
])('%s ends the connection at once, and the next try follows', async (_title, bytes) => {
  answerConnect(...bytes);
  const { broker, logs } = recordLine(brokerConfig(remote.port));
  cleanUps.push(() => broker.close());
  broker.start();
  await until('three tries', () => remote.peers.length >= 3);
  expect(broker.status()).toMatchObject({ isConnected: false, trouble: { code: 'closed' } });
  expect(logs.map(({ msg }) => msg)).not.toContain('connected');
});

test('nothing of a connection that ended so goes on behind it', async () => {
  answerConnect(...CONNACK, 0x30, 0x00);
  const clock = clockBesideSockets();
  const { broker } = recordLine(brokerConfig(remote.port), { clock });
  cleanUps.push(() => broker.close());
  broker.start();
  await until('both versions were tried', () => remote.peers.length === 2);
  await until('only the next try is waited for', () => clock.pendingCount === 1);
  await broker.close();
  expect(clock.pendingCount).toBe(0);
});

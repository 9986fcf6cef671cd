// What an idle day and an update cost a card and a data plan: the agent as it is, with the real SQLite on a simulated
// disk that counts, over a fake engine and broker, on virtual time. Every write, read and sync that SQLite asks of its
// file system is counted, and every MQTT packet as it would be on the wire.
import { formatBytes } from '../protocol/values/byte-size.ts';
import { deployment } from '../test/fakes/deployments.ts';
import { World } from '../test/fakes/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As `agent/line/prepare-session.ts` has it; a ping goes out after so long without another packet. */
const KEEPALIVE_MS = 60_000;
/** Fixed header of two bytes, and nothing else: PINGREQ, PINGRESP. */
const PING_BYTES = 2;
/** Fixed header, packet id, and with MQTT 5 often a reason and properties: PUBACK. */
const PUBACK_BYTES = 6;
const SERVICES = 10;

interface Cost {
  writtenBytes: number;
  readBytes: number;
  syncs: number;
  sentBytes: number;
  receivedBytes: number;
  packets: number;
}

/** QoS 1 in MQTT 5: fixed header, topic with its length, packet id, no properties, payload. */
function publishBytes({ topic, payload }: { topic: string; payload: string }): number {
  const rest = 2 + Buffer.byteLength(topic) + 2 + 1 + Buffer.byteLength(payload);
  return 1 + lengthBytes(rest) + rest;
}

function lengthBytes(length: number): number {
  return length < 128 ? 1 : length < 16_384 ? 2 : 3;
}

/** What happens while `run` does; with as many pings as the time takes, as if nothing else were sent. */
async function measure(world: World, run: () => Promise<void>): Promise<Cost> {
  const before = { ...world.disk.counts };
  const beganMs = world.clock.monotonicMs();
  const cost: Cost = { writtenBytes: 0, readBytes: 0, syncs: 0, sentBytes: 0, receivedBytes: 0, packets: 0 };
  world.broker.onTaken = (message) => {
    const isOurs = message.from !== 'manager';
    cost.packets += 1;
    cost.sentBytes += isOurs ? publishBytes(message) : PUBACK_BYTES;
    cost.receivedBytes += isOurs ? PUBACK_BYTES : publishBytes(message);
  };
  await run();
  world.broker.onTaken = null;
  const pings = world.broker.isUp ? Math.floor((world.clock.monotonicMs() - beganMs) / KEEPALIVE_MS) : 0;
  const { counts } = world.disk;
  return {
    ...cost,
    writtenBytes: counts.writtenBytes - before.writtenBytes,
    readBytes: counts.readBytes - before.readBytes,
    syncs: counts.syncs - before.syncs,
    sentBytes: cost.sentBytes + pings * PING_BYTES,
    receivedBytes: cost.receivedBytes + pings * PING_BYTES,
  };
}

const PROBE = { http: { port: 8080, path: '/healthz' }, interval: '10s', timeout: '2s', failures: 3 };

function tenServices(revision: number) {
  const names = Array.from({ length: SERVICES }, (_, index) => `service-${index}`);
  const services = names.map((name) => {
    // One of them is updated.
    const tag = name === 'service-0' ? revision : 1;
    const image = `registry.example.com/${name}:1.0.${tag}`;
    return [name, { image, environment: { LOG_LEVEL: 'info' }, restart: 'always', probe: PROBE }];
  });
  return deployment({ revision, name: 'line-vision', services: Object.fromEntries(services) });
}

function row(name: string, cost: Cost): string {
  const sizes = [cost.writtenBytes, cost.readBytes, cost.sentBytes, cost.receivedBytes].map(formatBytes);
  const [written, read, sent, received] = sizes;
  return `| ${name} | ${written} | ${cost.syncs} | ${read} | ${sent} | ${received} | ${cost.packets} |`;
}

const world = new World();
world.startAgent();
world.publish(tenServices(1));
await world.untilPhase('line-vision', 'converged', { maxMs: HOUR_MS });
// What the first deployment left to be done is no part of a day on which nothing happens.
await world.run(2 * HOUR_MS);
const rows: string[] = [];
rows.push(row('an idle day, ten services', await measure(world, () => world.run(DAY_MS))));
const update = async (): Promise<void> => {
  world.publish(tenServices(2));
  await world.untilPhase('line-vision', 'converged', { revision: 2, maxMs: HOUR_MS });
  await world.run(60_000);
};
rows.push(row('an update of one of them', await measure(world, update)));
world.broker.goDown();
rows.push(row('an idle day with no broker', await measure(world, () => world.run(DAY_MS))));
world.close();
if (world.fatal.length > 0) throw new Error('the agent failed', { cause: world.fatal[0] });
console.log('| case | written | syncs | read | sent | received | messages |');
console.log('|---|---|---|---|---|---|---|');
for (const line of rows) console.log(line);

// Home Assistant over a real Mosquitto: a client that reads and presses as Home Assistant does, by the payloads alone.
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const [hello1, hello2] = [inject('rig').images['hello:1.0.0'], inject('rig').images['hello:1.1.0']];
/** Once a year, and not today. */
const WINDOW = { cron: '0 0 29 2 *', zone: 'UTC', length: '1m' };

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

/** What Home Assistant knows: by topic, the newest payload that is not empty. */
interface Reader {
  readonly client: MqttClient;
  readonly payloads: Map<string, string>;
}

async function read(url: string, ...filters: string[]): Promise<Reader> {
  const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
  world.defer(() => client.endAsync(true));
  const payloads = new Map<string, string>();
  client.on('message', (topic, payload) => {
    if (payload.length === 0) payloads.delete(topic);
    else payloads.set(topic, payload.toString());
  });
  await client.subscribeAsync(filters, { qos: 1 });
  return { client, payloads };
}

async function publish(manager: Manager, name: string, revision: number, isHeld = false): Promise<void> {
  const image = (revision === 1 ? hello1 : hello2).reference;
  const update = { strategy: 'stop-first', healthy_after: '500ms', deadline: '20s' } as const;
  const document = present(name, revision, { hello: hello(image) });
  await manager.publish(name, { ...document, update: isHeld ? { ...update, window: WINDOW } : update });
}

test('finds the device, sees an update, lets it begin, and is left with nothing when it is switched off', async () => {
  const mosquitto = await world.mosquitto();
  const manager = await world.manager();
  const agent = await world.agent({ homeAssistant: true });
  const name = world.name('web');
  const reader = await read(mosquitto.url, 'homeassistant/#', `holdfast/v1/devices/${world.device}/presence`);
  const { payloads, client } = reader;
  const configTopic = `homeassistant/device/holdfast/${world.device}/config`;
  const json = (topic: string) => JSON.parse(payloads.get(topic) ?? 'null');
  await publish(manager, name, 1);
  await manager.phase(name, 'converged', 1);
  await waitFor('the configuration', () => payloads.has(configTopic));
  const config = json(configTopic);
  const entity = config.components[name];
  const state = () => json(entity.state_topic);
  await waitFor('the state', () => state()?.installed_version === '1');
  expect(json(config.availability_topic).online).toBe(true);

  await publish(manager, name, 2, true);
  await manager.phase(name, 'waiting', 2);
  await waitFor('the update is offered', () => state().latest_version === '2' && !state().in_progress);
  await client.publishAsync(entity.command_topic, entity.payload_install, { qos: 1 });
  await manager.phase(name, 'converged', 2);
  await waitFor('the update is done', () => state().installed_version === '2' && !state().in_progress);
  await waitFor('it is told', () =>
    manager.batches.flatMap(({ events }) => events).some(({ type }) => type === 'switch_asked'),
  );

  await agent.kill();
  await waitFor('the last will', () => json(config.availability_topic).online === false, {
    deadlineMs: 120_000,
  });
  await world.agent({ homeAssistant: false });
  const left = (): string[] =>
    [...payloads.keys()].filter((topic) => /^homeassistant\/.*(config|state)$/.test(topic));
  await waitFor('all is taken away', () => left().length === 0);
});

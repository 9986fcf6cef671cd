// Images that the agent pulled go once nobody needs them; no other image ever does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { pushHello } from '../support/own-images.ts';
import { World } from '../support/world.ts';

let world: World;
let manager: Manager;
let registryHost: string;

beforeAll(async () => {
  world = new World();
  registryHost = (await world.registry()).host;
  ({ manager } = await world.start({ imageGrace: '1s' }));
});
afterAll(() => world.close());

/** An image that no engine has, also not under another name. */
function push(tag: string, version = tag): Promise<string> {
  return pushHello({ registryHost }, { tag, version: `${version} of ${world.mark}` });
}

async function deploy(name: string, revision: number, image: string, changes = {}): Promise<void> {
  await manager.publish(name, present(name, revision, { hello: hello(image, changes) }));
  await manager.phase(name, 'converged', revision);
}

/** `null` when the engine has no such image. */
async function idOf(image: string): Promise<string | null> {
  const images = await world.engine.docker.listImages({ all: true });
  const found = images.find(({ Id, RepoTags }) => Id === image || RepoTags?.includes(image));
  return found?.Id ?? null;
}

function collected(image: string) {
  const isIt = (event: { type: string; reference?: unknown }): boolean =>
    event.type === 'image_removed' && event.reference === image;
  return manager.event(`${image} removed`, isIt);
}

async function pullByHand(image: string): Promise<void> {
  const { docker } = world.engine;
  const stream = await docker.pull(image);
  await new Promise((resolve) => docker.modem.followProgress(stream, resolve));
  expect(await idOf(image)).not.toBeNull();
}

test('after two updates the oldest image goes; one pulled by hand stays, and one that a container has', async () => {
  const [byHand, used, old] = [await push('by-hand'), await push('used'), await push('old')];
  const [previous, current] = [await push('previous'), await push('current')];
  const name = world.name('web');
  await pullByHand(byHand);
  await deploy(name, 1, byHand);
  await deploy(name, 2, used);
  const foreign = await world.engine.docker.createContainer({ name: world.name('foreign'), Image: used });
  for (const [index, image] of [old, previous, current].entries()) await deploy(name, 3 + index, image);

  expect((await collected(old)).bytes).toBeGreaterThan(1_000_000);
  expect(await idOf(old)).toBeNull();
  for (const image of [byHand, used, previous, current]) expect(await idOf(image), image).not.toBeNull();

  await foreign.remove();
  await collected(used);
  expect(await idOf(used)).toBeNull();
  for (const image of [byHand, previous, current]) expect(await idOf(image), image).not.toBeNull();
});

test('an image whose tag moved to another goes by its id', async () => {
  const name = world.name('moving');
  const image = await push('moving', 'first');
  await deploy(name, 1, image, { pull_policy: 'always' });
  const before = (await idOf(image)) ?? '';
  await push('moving', 'second');
  await deploy(name, 2, image, { pull_policy: 'always', environment: { LOG_LEVEL: 'debug' } });
  await collected(image);
  expect(await idOf(before)).toBeNull();
  expect(await idOf(image)).not.toBeNull();
});

// An image that brings its own init process and ends where that is not PID 1, as all that are built on s6-overlay do.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildImage } from '../../../scripts/rig/images.ts';
import { present } from '../support/documents.ts';
import { World } from '../support/world.ts';

/** What s6-overlay says, and what it leaves with. */
const INIT = `#!/bin/sh
if [ $$ -ne 1 ]; then
  echo "s6-overlay-suexec: fatal: can only run as pid 1" >&2
  exit 100
fi
trap 'exit 0' TERM
while true; do sleep 1; done
`;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

let world: World;
let image: string;
beforeEach(async () => {
  world = new World();
  const { host: registryHost } = await world.registry();
  const recipe = {
    ...{ name: 'home', tag: '1', files: { init: INIT }, entrypoint: ['/app/init'], cmd: [] },
    platforms: [`linux/${ARCHITECTURES[process.arch]}`],
  };
  image = (await buildImage(recipe, { registryHost })).reference;
});
afterEach(() => world.close());

test('it is PID 1 where the document says nothing, and is told as such', async () => {
  const { manager } = await world.start();
  const name = world.name('home');
  await manager.publish(name, present(name, 1, { home: { image } }));
  const { services } = await manager.phase(name, 'converged', 1);
  expect(services.home).toMatchObject({ init: 'image', health: 'healthy', restarts: 0 });
  const { HostConfig, Path } = await world.engine.running(name, 'home');
  expect([HostConfig.Init, Path]).toEqual([false, '/app/init']);
});

test('under an init process that was asked for it fails, with what to do about it', async () => {
  const { manager } = await world.start();
  const name = world.name('home');
  await manager.publish(name, present(name, 1, { home: { image, init: true } }));
  const { reason, services } = await manager.phase(name, 'failed', 1);
  expect(reason).toMatchObject({
    ...{ code: 'exited', path: 'services.home', message: expect.stringContaining('100') },
    hint: expect.stringContaining('init: false'),
    log: expect.arrayContaining(['s6-overlay-suexec: fatal: can only run as pid 1']),
  });
  expect(services.home?.init).toBe('engine');
});

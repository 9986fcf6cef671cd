// A host port that the engine gives: the status tells where the service is reached, over an update side by side too.
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { Status } from '../../../protocol/reports/status.ts';
import { hello, present } from '../support/documents.ts';
import { World } from '../support/world.ts';

const { images } = inject('rig');

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

/** What answers at the port that is told. */
async function greeting({ services }: Status): Promise<string> {
  const [port] = services.hello?.ports ?? [];
  expect(port).toMatchObject({ target: 8080, protocol: 'tcp', host_ip: '127.0.0.1' });
  return (await fetch(`http://127.0.0.1:${port?.published}/`)).text();
}

test('it is told, and changes with a start-first update', async () => {
  const { manager } = await world.start();
  const name = world.name('given');
  const ports = [{ target: 8080, host_ip: '127.0.0.1' }];
  const update = { strategy: 'start-first', healthy_after: '500ms', deadline: '20s' } as const;
  const publish = (revision: number, image: string) =>
    manager.publish(name, present(name, revision, { hello: hello(image, { ports }) }, { update }));
  await publish(1, images['hello:1.0.0'].reference);
  expect(await greeting(await manager.phase(name, 'converged', 1))).toMatch(/1\.0\.0/);
  await publish(2, images['hello:1.1.0'].reference);
  expect(await greeting(await manager.phase(name, 'converged', 2))).toMatch(/1\.1\.0/);
});

// A document and its images from a stick: no registry, and a broker that is told later.
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { copyToLayout } from '../support/oci-layout.ts';
import { pushOwnHello } from '../support/own-images.ts';
import { World } from '../support/world.ts';

let world: World;
let manager: Manager;
let stick: string;

beforeEach(async () => {
  world = new World();
  ({ manager } = await world.start());
  stick = path.join(world.dir, 'stick');
  mkdirSync(stick);
});
afterEach(() => world.close());

async function apply(...args: readonly string[]) {
  const out: string[] = [];
  const context = {
    environment: { configPath: null, socketPath: null },
    out: { write: (text: string) => void out.push(text), columns: null, hasColour: false },
    err: { write: (text: string) => void out.push(text) },
    now: () => new Date(),
    files: { cwd: stick, variables: {}, readStdin: () => ({ ok: true, text: '' }) as const },
    signal: new AbortController().signal,
  };
  const config = ['--config', path.join(world.dir, 'holdfast.toml')];
  const code = await runCommand(['apply', ...args, ...config], context, VERBS);
  return { code, text: out.join('') };
}

function putDocument(name: string, image: string): void {
  const { revision: _, ...content } = present(name, 1, { hello: hello(image) });
  writeFileSync(path.join(stick, 'app.json'), JSON.stringify(content));
}

async function save(image: string, file: string): Promise<void> {
  await world.engine.docker.pull(image).then((stream) => pipeline(stream, createWriteStream('/dev/null')));
  await pipeline(await world.engine.docker.getImage(image).get(), createWriteStream(file));
  await world.engine.docker.getImage(image).remove();
}

describe('with no registry in reach', () => {
  test('a reference with a digest runs from an OCI layout beside the document', async () => {
    const registry = await world.registry();
    const tagged = await pushOwnHello(registry.host);
    const digest = await copyToLayout(tagged, path.join(stick, 'images'));
    const image = tagged.replace(/:[^:]+$/, `@${digest}`);
    await registry.stop();
    const name = world.name('web');
    putDocument(name, image);
    const { code, text } = await apply('app.json');
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining(`Loaded ${image}`) });
    const status = await manager.phase(name, 'converged', 1);
    expect(status).toMatchObject({ origin: 'local', source: 'device' });
    expect(status.services.hello).toMatchObject({ image, digest, health: 'healthy' });
    expect(await apply('app.json')).toMatchObject({
      code: 0,
      text: expect.stringContaining('nothing changes'),
    });
  });

  test.each(['images.tar', 'images.tar.gz'])(
    'a tag runs from what docker save wrote, as %s',
    async (file) => {
      const registry = await world.registry();
      const image = await pushOwnHello(registry.host);
      const saved = path.join(stick, 'images.tar');
      await save(image, saved);
      if (file.endsWith('.gz')) execFileSync('gzip', [saved]);
      await registry.stop();
      const name = world.name('web');
      putDocument(name, image);
      expect(await apply('app.json')).toMatchObject({ code: 0 });
      await manager.phase(name, 'converged', 1);
    },
  );

  test('a deployment that waits for its image has it as soon as it is brought', async () => {
    const registry = await world.registry();
    const image = await pushOwnHello(registry.host);
    const saved = path.join(stick, 'elsewhere.tar');
    await save(image, saved);
    await registry.stop();
    const name = world.name('web');
    putDocument(name, image);
    await apply('app.json');
    await manager.status(name, 'a failed pull', ({ reason }) => reason?.code === 'registry_unreachable');
    const again = await apply('app.json', '--images', saved);
    expect(again).toMatchObject({ code: 0, text: expect.stringContaining('nothing changes') });
    await manager.phase(name, 'converged', 1);
  });

  test('an archive that is cut changes nothing', async () => {
    const registry = await world.registry();
    const image = await pushOwnHello(registry.host);
    const saved = path.join(stick, 'whole.tar');
    await save(image, saved);
    await registry.stop();
    execFileSync('sh', ['-c', `head -c 3000000 '${saved}' > '${stick}/images.tar'`]);
    const name = world.name('web');
    putDocument(name, image);
    expect(await apply('app.json')).toMatchObject({
      code: 2,
      text: expect.stringContaining('cannot be used'),
    });
    expect((await world.engine.docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])).not.toContain(
      image,
    );
    expect(manager.statusesOf(name)).toEqual([]);
  });
});

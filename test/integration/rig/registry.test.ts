import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measure, sha256 } from '../../../lib/oci/content.ts';
import { Repository } from '../../../lib/oci/repository.ts';
import { readBaseImages } from '../../../scripts/rig/base-from-hub.ts';
import { buildImage } from '../../../scripts/rig/images.ts';
import { startRegistry, type ThrowawayRegistry } from '../../../scripts/rig/registry.ts';

const credentials = { username: 'edge', password: 's3cret' };
let dir: string;
let registry: ThrowawayRegistry;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'holdfast-registry-'));
  registry = await startRegistry({ dir, htpasswd: credentials });
});

afterAll(async () => {
  await registry.stop();
  await rm(dir, { recursive: true, force: true });
});

function open(name: string, by = credentials): Repository {
  return new Repository({ host: registry.host, name, credentials: by });
}

describe('the registry client, against a real registry with a password', () => {
  test('an image that was pushed is read back with its layers and environment', async () => {
    const recipe = {
      name: 'demo/foreign',
      tag: '1.0.0',
      files: { 'a.txt': 'a' },
      cmd: ['true'],
      env: { A: 'b=c' },
      platforms: ['linux/s390x'],
    };
    const pushed = await buildImage(recipe, { registryHost: registry.host, credentials });
    const repository = open('demo/foreign');
    expect(await repository.findDigest('1.0.0')).toBe(pushed.digest);
    const [base] = await readBaseImages(repository, { tag: '1.0.0', architectures: ['s390x'] });
    expect(base?.env).toMatchObject({ A: 'b=c' });
    const [layer] = base?.layers ?? [];
    expect(layer && (await measure(layer.read()))).toEqual({ digest: layer?.digest, size: layer?.size });
    expect((await buildImage(recipe, { registryHost: registry.host, credentials })).digest).toBe(
      pushed.digest,
    );
  });

  test('a blob of many parts is pushed as a stream, and not read again when it is there', async () => {
    const data = Buffer.alloc(20_000_000, 'a blob ');
    const parts = () => Readable.from(partsOf(data));
    const blob = { mediaType: 'text/plain', digest: sha256(data), size: data.length, read: parts };
    await open('demo/blob').pushBlob(blob);
    const again = () => {
      throw new Error('read again');
    };
    await open('demo/blob').pushBlob({ ...blob, read: again });
    expect((await buffer(open('demo/blob').readBlob(blob))).equals(data)).toBe(true);
  });

  test('a blob whose bytes are not its own is not kept', async () => {
    const data = Buffer.from('content');
    const blob = { mediaType: 'text/plain', digest: sha256(data), size: data.length };
    const pushing = open('demo/blob').pushBlob({
      ...blob,
      read: () => Readable.from([Buffer.from('CONTENT')]),
    });
    await expect(pushing).rejects.toMatchObject({ code: 'content_damaged' });
    expect(await open('demo/blob').hasBlob(blob.digest)).toBe(false);
  });

  test('a wrong password is refused with 401', async () => {
    const wrong = open('demo/blob', { username: 'edge', password: 'wrong' });
    await expect(wrong.findDigest('latest')).rejects.toMatchObject({ code: 'registry_auth', status: 401 });
  });

  test('an unknown tag has no digest', async () => {
    expect(await open('demo/foreign').findDigest('no-such')).toBeNull();
  });
});

function* partsOf(data: Buffer): Generator<Buffer> {
  for (let at = 0; at < data.length; at += 65_536) yield data.subarray(at, at + 65_536);
}

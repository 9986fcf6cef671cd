import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBaseImages } from '../../../scripts/rig/base-from-hub.ts';
import { buildImage } from '../../../scripts/rig/images.ts';
import { sha256 } from '../../../scripts/rig/oci-layer.ts';
import { startRegistry, type ThrowawayRegistry } from '../../../scripts/rig/registry.ts';
import { RegistryClient } from '../../../scripts/rig/registry-client.ts';

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
    const client = new RegistryClient(registry.host, { credentials });
    expect(await client.findDigest('demo/foreign', '1.0.0')).toBe(pushed.digest);
    const [base] = await readBaseImages(client, {
      name: 'demo/foreign',
      tag: '1.0.0',
      architectures: ['s390x'],
    });
    expect(base?.env).toMatchObject({ A: 'b=c' });
    expect(base?.layers).toHaveLength(1);
    expect((await buildImage(recipe, { registryHost: registry.host, credentials })).digest).toBe(
      pushed.digest,
    );
  });

  test('a blob that the registry has is not read again', async () => {
    const client = new RegistryClient(registry.host, { credentials });
    const data = Buffer.from('once');
    await client.pushBlob('demo/blob', sha256(data), async () => data);
    await client.pushBlob('demo/blob', sha256(data), () => Promise.reject(new Error('read again')));
    expect(await client.getBlob('demo/blob', sha256(data))).toEqual(data);
  });

  test('a wrong password is refused with 401', async () => {
    const client = new RegistryClient(registry.host, {
      credentials: { username: 'edge', password: 'wrong' },
    });
    await expect(client.findDigest('demo/blob', 'latest')).rejects.toMatchObject({ status: 401 });
  });

  test('an unknown tag has no digest', async () => {
    const client = new RegistryClient(registry.host, { credentials });
    expect(await client.findDigest('demo/foreign', 'no-such')).toBeUndefined();
  });
});

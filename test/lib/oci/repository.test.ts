import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Blob, sha256 } from '../../../lib/oci/content.ts';
import { composeImage } from '../../../lib/oci/image.ts';
import { Repository } from '../../../lib/oci/repository.ts';
import { SmallRegistry } from './small-registry.ts';

const CREDENTIALS = { username: 'edge', password: 's3cret' };

let registry: SmallRegistry;
beforeEach(async () => {
  registry = new SmallRegistry();
  await registry.start();
});
afterEach(() => registry.stop());

function open(credentials?: typeof CREDENTIALS): Repository {
  return new Repository({ host: registry.host, name: 'app', credentials });
}

function blobOf(data: Buffer): Blob {
  const read = () => Readable.from([data.subarray(0, 3), data.subarray(3)]);
  return { mediaType: 'text/plain', digest: sha256(data), size: data.length, read };
}

describe('a blob', () => {
  test('that was pushed is read back', async () => {
    const data = Buffer.alloc(3_000_000, 'blob ');
    const blob = blobOf(data);
    await open().pushBlob(blob);
    expect(await buffer(open().readBlob(blob))).toEqual(data);
    expect(await open().hasBlob(blob.digest)).toBe(true);
  });

  test('is sent with its size, so that a registry can refuse it at once', async () => {
    const sizes: unknown[] = [];
    registry.before = ({ method, headers }) => {
      if (method === 'PUT') sizes.push(headers['content-length'], headers['transfer-encoding']);
      return false;
    };
    await open().pushBlob(blobOf(Buffer.from('content')));
    expect(sizes).toEqual(['7', undefined]);
  });

  test('that the registry has is not read', async () => {
    const blob = blobOf(Buffer.from('content'));
    await open().pushBlob(blob);
    const read = () => {
      throw new Error('read again');
    };
    await open().pushBlob({ ...blob, read });
    expect(registry.asked.filter((line) => line.startsWith('PUT'))).toHaveLength(1);
  });

  test('that is not there is not found', async () => {
    const blob = blobOf(Buffer.from('content'));
    expect(await open().hasBlob(blob.digest)).toBe(false);
    await expect(buffer(open().readBlob(blob))).rejects.toMatchObject({ code: 'not_found', status: 404 });
  });

  test('that comes damaged fails', async () => {
    const blob = blobOf(Buffer.from('content'));
    registry.blobs.set(blob.digest, Buffer.from('CONTENT'));
    await expect(buffer(open().readBlob(blob))).rejects.toMatchObject({ code: 'content_damaged' });
  });

  test('whose connection breaks off fails', async () => {
    const blob = blobOf(Buffer.alloc(1000));
    registry.before = (_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('half');
      setImmediate(() => response.destroy());
      return true;
    };
    await expect(buffer(open().readBlob(blob))).rejects.toMatchObject({ code: 'registry_unreachable' });
  });

  test('that is read from a file that has changed is not stored', async () => {
    const blob = { ...blobOf(Buffer.from('content')), read: () => Readable.from([Buffer.from('CONTENT')]) };
    await expect(open().pushBlob(blob)).rejects.toMatchObject({ code: 'content_damaged' });
    expect(registry.blobs.size).toBe(0);
  });

  test('that cannot be read fails with what reading it failed with', async () => {
    const read = () =>
      new Readable({
        read() {
          this.destroy(new Error('the disk is gone'));
        },
      });
    const pushing = open().pushBlob({ ...blobOf(Buffer.from('content')), read });
    await expect(pushing).rejects.toThrow('the disk is gone');
  });

  test('ends promptly when its signal aborts', async () => {
    registry.before = (_, response) => {
      response.writeHead(200).write('and then nothing');
      return true;
    };
    const ending = new AbortController();
    const stream = open().readBlob(blobOf(Buffer.alloc(1000)), ending.signal);
    await new Promise((resolve) => stream.once('readable', resolve));
    ending.abort(new Error('no longer wanted'));
    await expect(buffer(stream)).rejects.toThrow('no longer wanted');
  });

  test('goes where the registry sends it, without what opens the registry', async () => {
    const other = new SmallRegistry();
    await other.start();
    const seen: unknown[] = [];
    other.before = ({ headers }) => {
      seen.push(headers.authorization);
      return false;
    };
    registry.before = (request, response) => {
      if (request.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      else if (request.method === 'POST')
        response.writeHead(202, { location: `http://${other.host}/v2/app/blobs/uploads/9` }).end();
      else return false;
      return true;
    };
    try {
      const blob = blobOf(Buffer.from('content'));
      await open(CREDENTIALS).pushBlob(blob);
      expect(other.blobs.get(blob.digest)?.toString()).toBe('content');
      expect(seen).toEqual([undefined]);
    } finally {
      await other.stop();
    }
  });
});

describe('a manifest', () => {
  const { index } = composeImage([]);

  test('that was pushed is read back, by tag and by digest', async () => {
    await open().pushManifest('1.0', index);
    await open().pushManifest(index.digest, index);
    const { mediaType, digest, size } = index;
    expect(await open().getManifest('1.0')).toMatchObject({ mediaType, digest, size });
    expect(await open().findDigest('1.0')).toBe(digest);
    expect((await open().getManifest(digest)).data).toEqual(index.data);
  });

  test('that is not there has no digest', async () => {
    expect(await open().findDigest('1.0')).toBeNull();
  });

  test('whose digest the registry does not tell is read for it', async () => {
    await open().pushManifest('1.0', index);
    registry.before = ({ method }, response) => {
      if (method === 'HEAD') response.writeHead(200).end();
      return method === 'HEAD';
    };
    expect(await open().findDigest('1.0')).toBe(index.digest);
  });

  test('under the digest of another fails', async () => {
    registry.manifests.set(`sha256:${'0'.repeat(64)}`, { type: index.mediaType, data: index.data });
    const reading = open().getManifest(`sha256:${'0'.repeat(64)}`);
    await expect(reading).rejects.toMatchObject({ code: 'content_damaged' });
  });

  test('of more than 4 MiB is not taken', async () => {
    registry.manifests.set('1.0', { type: index.mediaType, data: Buffer.alloc(5 * 1024 ** 2) });
    await expect(open().getManifest('1.0')).rejects.toMatchObject({ code: 'too_large' });
  });
});

describe('a registry', () => {
  test('that is not there is unreachable', async () => {
    await registry.stop();
    await expect(open().findDigest('1.0')).rejects.toMatchObject({
      code: 'registry_unreachable',
      message: expect.stringContaining('nothing listens there'),
    });
  });

  test.each([
    [403, 'registry_auth'],
    [429, 'registry_rate_limited'],
    [500, 'registry_refused'],
  ])('that answers %i fails with %s and what it says', async (status, code) => {
    registry.before = (_, response) => {
      response.writeHead(status).end('the reason');
      return true;
    };
    const reading = open().getManifest('1.0');
    await expect(reading).rejects.toMatchObject({
      code,
      status,
      message: expect.stringContaining('the reason'),
    });
  });

  test('with a password is opened by it, and asked without a refusal from then on', async () => {
    const { index } = composeImage([]);
    registry.before = ({ headers }, response) => {
      const isOpen = headers.authorization === `Basic ${Buffer.from('edge:s3cret').toString('base64')}`;
      if (!isOpen) response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      return !isOpen;
    };
    const repository = open(CREDENTIALS);
    await repository.pushManifest('1.0', index);
    expect(await repository.findDigest('1.0')).toBe(index.digest);
    expect(registry.asked).toHaveLength(3);
    const wrong = open({ ...CREDENTIALS, password: 'wrong' });
    await expect(wrong.getManifest('1.0')).rejects.toMatchObject({ code: 'registry_auth', status: 401 });
    await expect(open().getManifest('1.0')).rejects.toMatchObject({ code: 'registry_auth' });
  });

  test('with tokens is asked for one, once', async () => {
    const { index } = composeImage([]);
    registry.manifests.set('1.0', { type: index.mediaType, data: index.data });
    registry.before = ({ url, headers }, response) => {
      const challenge = `Bearer realm="http://${registry.host}/token",service="hub",scope="repository:app:pull"`;
      if (url?.startsWith('/token')) response.end(JSON.stringify({ token: 'abc' }));
      else if (headers.authorization === 'Bearer abc') return false;
      else response.writeHead(401, { 'www-authenticate': challenge }).end();
      return true;
    };
    const repository = open();
    for (let i = 0; i < 2; i += 1) await repository.getManifest('1.0');
    expect(registry.asked.filter((line) => line.startsWith('GET /token'))).toEqual([
      'GET /token?service=hub&scope=repository%3Aapp%3Apull',
    ]);
  });
});

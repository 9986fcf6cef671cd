// An image of a registry as an OCI layout in a folder: what `skopeo copy --all docker://… oci:…` writes.
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseIndex, parseManifest } from '../../../lib/oci/documents.ts';
import { Repository } from '../../../lib/oci/repository.ts';

/** Answers with the digest of the image's index. */
export async function copyToLayout(reference: string, folder: string): Promise<string> {
  const [, host = '', name = '', tag = ''] = /^([^/]+)\/(.+):([^:]+)$/.exec(reference) ?? [];
  const repository = new Repository({ host, name });
  const blobs = path.join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const fileOf = (digest: string): string => path.join(blobs, digest.replace('sha256:', ''));
  const index = await repository.getManifest(tag);
  writeFileSync(fileOf(index.digest), index.data);
  for (const { digest } of parseIndex(index.data).manifests) {
    const manifest = await repository.getManifest(digest);
    writeFileSync(fileOf(digest), manifest.data);
    const { config, layers } = parseManifest(manifest.data);
    for (const blob of [config, ...layers])
      await pipeline(repository.readBlob(blob), createWriteStream(fileOf(blob.digest)));
  }
  const { mediaType, digest, size } = index;
  const annotations = { 'org.opencontainers.image.ref.name': reference };
  const manifests = [{ mediaType, digest, size, annotations }];
  writeFileSync(path.join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  writeFileSync(path.join(folder, 'oci-layout'), '{"imageLayoutVersion": "1.0.0"}');
  return digest;
}

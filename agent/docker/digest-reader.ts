// The digests that statuses name images by.
// Tested in test/agent/docker/observe.test.ts.
import type Docker from 'dockerode';
import { unlessAnswered } from './engine-error.ts';
import { digestInTags } from './image-name.ts';

export type DigestReader = (imageId: string) => Promise<string | null>;

/** Reads an image's manifest digest once: an image id never means another one. What failed is asked again. Bounded. */
export function createDigestReader(docker: Docker): DigestReader {
  const known = new Map<string, string | null>();
  return async (imageId) => {
    const cached = known.get(imageId);
    if (cached !== undefined) return cached;
    const info = await unlessAnswered(docker.getImage(imageId).inspect());
    if (info === null) return null;
    const digest = info.RepoDigests?.[0]?.split('@')[1] ?? digestInTags(info.RepoTags ?? []);
    if (known.size >= 1000) known.clear();
    known.set(imageId, digest);
    return digest;
  };
}

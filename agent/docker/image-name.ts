// What the engine calls an image. One that came by an archive has no digest that an overlay2 store knows it by, and no engine lets
// anybody give it one: so it is loaded under a tag that says the digest.
import type Docker from 'dockerode';
import { parseImageReference } from '../../protocol/values/image-reference.ts';
import { unlessStatus } from './engine-error.ts';

const MARK = 'holdfast-sha256-';

/** The name under which an archive's image is loaded for a reference: the same, but for one with a digest. */
export function loadedName(reference: string): string {
  const parsed = parseImageReference(reference);
  if (parsed === null || parsed.digest === null) return reference;
  return `${parsed.host}/${parsed.repository}:${MARK}${parsed.digest.replace('sha256:', '')}`;
}

/** What the engine has for a reference: `null` where it has nothing. Rejects as the engine does. */
export async function inspectByReference(
  docker: Docker,
  reference: string,
): Promise<{ readonly name: string; readonly info: Docker.ImageInspectInfo } | null> {
  for (const name of new Set([reference, loadedName(reference)])) {
    const info = await unlessStatus(404, docker.getImage(name).inspect());
    if (info !== null) return { name, info };
  }
  return null;
}

/** What a container is to be made from: the reference, unless the image is known under its loaded name alone. */
export async function nameOnEngine(docker: Docker, reference: string): Promise<string> {
  if (loadedName(reference) === reference) return reference;
  return (await inspectByReference(docker, reference))?.name ?? reference;
}

/** The digest in such a tag. */
export function digestInTags(tags: readonly string[]): string | null {
  const tag = tags.find((one) => one.includes(`:${MARK}`));
  return tag === undefined ? null : `sha256:${tag.slice(tag.indexOf(`:${MARK}`) + 1 + MARK.length)}`;
}

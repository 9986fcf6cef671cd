// Removes an image by its reference, or by its id once the reference has moved on. Never by force.
// Tested in test/integration/conformance/engine.test.ts.
import type Docker from 'dockerode';
import type { Engine, ImageRemoval } from '../ports/engine.ts';
import { answerIn, unavailable, unlessStatus } from './engine-error.ts';

export async function removeImage(
  docker: Docker,
  { reference, imageId }: Parameters<Engine['removeImage']>[0],
): Promise<ImageRemoval> {
  try {
    const named = await unlessStatus(404, docker.getImage(reference).inspect());
    if (named?.Id === imageId) return await removeByName(docker, reference, named);
    const left = await unlessStatus(404, docker.getImage(imageId).inspect());
    // With a name it is somebody's.
    if (left === null || (left.RepoTags ?? []).length > 0) return { kind: 'gone' };
    return await removeByName(docker, imageId, left);
  } catch (error) {
    return failureOf(error);
  }
}

async function removeByName(
  docker: Docker,
  name: string,
  { Id: id, Size: size }: Docker.ImageInspectInfo,
): Promise<ImageRemoval> {
  const went: unknown = await docker.getImage(name).remove({ force: false });
  const isDeleted = Array.isArray(went) && went.some((line: { Deleted?: string }) => line.Deleted === id);
  return { kind: 'removed', bytes: isDeleted ? size : null };
}

function failureOf(error: unknown): ImageRemoval {
  const answer = answerIn(error);
  if (answer === null) throw unavailable(error);
  if (answer.status === 404) return { kind: 'gone' };
  return answer.status === 409 ? { kind: 'in_use' } : { kind: 'failed', message: answer.message };
}

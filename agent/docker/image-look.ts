// A look at one image. An error that the engine answers with is about that image, and says nothing of the engine.
// Tested in test/integration/conformance/engine.test.ts.
import type Docker from 'dockerode';
import type { ImageLook } from '../ports/engine.ts';
import { answerIn, unavailable } from './engine-error.ts';

export async function lookAtImage(docker: Docker, reference: string): Promise<ImageLook> {
  try {
    const info = await docker.getImage(reference).inspect();
    const variant = 'Variant' in info && typeof info.Variant === 'string' ? info.Variant : '';
    const platform = { architecture: info.Architecture, variant: variant || null };
    return { kind: 'here', id: info.Id, platform };
  } catch (error) {
    const answer = answerIn(error);
    if (answer === null) throw unavailable(error);
    const { status, message } = answer;
    if (status === 404) return { kind: 'missing' };
    return { kind: status < 500 ? 'refused' : 'unreadable', message };
  }
}

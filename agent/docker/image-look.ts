// A look at one image. An error that the engine answers with is about that image, and says nothing of the engine.
// Tested in test/integration/conformance/engine.test.ts.
import type Docker from 'dockerode';
import type { ImageLook } from '../ports/engine.ts';
import { answerIn, unavailable } from './engine-error.ts';
import { inspectByReference } from './image-name.ts';

export async function lookAtImage(docker: Docker, reference: string): Promise<ImageLook> {
  try {
    const there = await inspectByReference(docker, reference);
    if (there === null) return { kind: 'missing' };
    const { info } = there;
    const variant = 'Variant' in info && typeof info.Variant === 'string' ? info.Variant : '';
    const platform = { architecture: info.Architecture, variant: variant || null };
    return { kind: 'here', id: info.Id, platform };
  } catch (error) {
    const answer = answerIn(error);
    if (answer === null) throw unavailable(error);
    const { status, message } = answer;
    return { kind: status < 500 ? 'refused' : 'unreadable', message };
  }
}

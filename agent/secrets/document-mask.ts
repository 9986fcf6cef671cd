import { revisionOf } from '../model/document/revision.ts';
import { type Mask, maskOf } from './mask.ts';
import { secretValuesOf } from './secret-values.ts';

/**
 * Masks the secrets of these documents, as they are stored: of all services, as one may print what another was given. What
 * this agent cannot read has no services.
 */
export function maskOfDocuments(bodies: readonly string[]): Mask {
  return maskOf(
    bodies.flatMap((body) => {
      const document = revisionOf('', body)?.document;
      return document?.state === 'present' ? document.services.flatMap(secretValuesOf) : [];
    }),
  );
}

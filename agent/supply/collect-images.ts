// Which of the images that the agent pulled may go. An image that it did not pull has no place here.
import { parseJsonText } from '../../protocol/payload.ts';
import type { PulledImage } from '../model/pulled-image.ts';

export interface ImageNeeds {
  /** What documents name that are followed now, were before, or may be; and what is being pulled. */
  readonly references: ReadonlySet<string>;
  /** Ids of what containers were made from, ours or not, running or not. */
  readonly imageIds: ReadonlySet<string>;
}

export function isNeeded(image: PulledImage, { references, imageIds }: ImageNeeds): boolean {
  return imageIds.has(image.imageId) || (!image.isSuperseded && references.has(image.reference));
}

/**
 * The images after `elapsedMs` more. Time counts from the look that first found an image unneeded, so that it
 * is never counted too long.
 */
export function ageImages(
  images: readonly PulledImage[],
  needs: ImageNeeds,
  elapsedMs: number,
): PulledImage[] {
  return images.map((image) => ({ ...image, unneededMs: ageOf(image, needs, elapsedMs) }));
}

function ageOf(image: PulledImage, needs: ImageNeeds, elapsedMs: number): number | null {
  if (isNeeded(image, needs)) return null;
  return image.unneededMs === null ? 0 : image.unneededMs + elapsedMs;
}

/** Whether nobody has needed it for the whole grace. */
export function isDue({ unneededMs }: PulledImage, graceMs: number): boolean {
  return unneededMs !== null && unneededMs >= graceMs;
}

/**
 * Names of the images in a stored document. Asks for nothing else of it: also a document that a newer agent no
 * longer accepts keeps its images.
 */
export function imagesNamedIn(body: string): string[] {
  const document = parseJsonText(body);
  if (!isObject(document) || !isObject(document.services)) return [];
  return Object.values(document.services).flatMap((service) =>
    isObject(service) && typeof service.image === 'string' ? [service.image] : [],
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

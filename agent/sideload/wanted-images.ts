// The images that a document asks for.
// Tested in test/agent/sideload/bring-images.test.ts.
import { parseImageReference } from '../../protocol/values/image-reference.ts';
import { type Platform, parsePlatform } from '../../protocol/values/platform.ts';

export interface Wanted {
  readonly reference: string;
  /** `null` for the device's own. */
  readonly platform: Platform | null;
}

/** Each once. The document was checked before. */
export function wantedImages(document: Readonly<Record<string, unknown>>): Wanted[] {
  const services: Readonly<Record<string, unknown>> = Object(document.services);
  const wanted = Object.values(services).flatMap((service): Wanted[] => {
    const { image, platform }: Record<string, unknown> = Object(service);
    if (typeof image !== 'string') return [];
    return [{ reference: image, platform: typeof platform === 'string' ? parsePlatform(platform) : null }];
  });
  return [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()];
}

/** The same for references that mean the same; `null` where it is none. */
export function fullName(reference: string): string | null {
  const parsed = parseImageReference(reference);
  if (parsed === null) return null;
  return `${parsed.host}/${parsed.repository}:${parsed.tag ?? ''}`;
}

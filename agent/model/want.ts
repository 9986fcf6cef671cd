// What must be on this device before a service can start. A want names what it is, not how or from where it comes.
// Tested in test/agent/reconcile/update/pull-policy.test.ts.
import { formatPlatform, type Platform } from '../../protocol/values/platform.ts';

/** Told apart by `kind`: an image is the only one so far. */
export interface Want {
  readonly kind: 'image';
  readonly reference: string;
  /** `null` for this device's own. */
  readonly platform: Platform | null;
  /** Hash of the document for which it is pulled though it may be here; `null` where what is here serves. */
  readonly freshFor: string | null;
}

/** Equal for equal wants. A blank separates the parts: references and platforms contain none. */
export function wantKey({ reference, platform, freshFor }: Want): string {
  const rest = [platform === null ? '' : formatPlatform(platform), freshFor ?? ''].join(' ').trimEnd();
  return rest === '' ? reference : `${reference} ${rest}`;
}

export function uniqueWants(wants: readonly Want[]): Want[] {
  return [...new Map(wants.map((want) => [wantKey(want), want])).values()];
}

// What is asked of the images: which, for which platform, and whether one that is here serves.

export interface ImageRequest {
  readonly reference: string;
  /** `linux/arm/v7`; `null` for this device's own. */
  readonly platform: string | null;
  /** Hash of the document for which it is pulled though it may be here; `null` where what is here serves. */
  readonly freshFor: string | null;
}

/** Equal for equal requests. No reference and no platform has a blank. */
export function imageKey({ reference, platform, freshFor }: ImageRequest): string {
  const rest = [platform ?? '', freshFor ?? ''].join(' ').trimEnd();
  return rest === '' ? reference : `${reference} ${rest}`;
}

export function uniqueRequests(requests: readonly ImageRequest[]): ImageRequest[] {
  return [...new Map(requests.map((request) => [imageKey(request), request])).values()];
}

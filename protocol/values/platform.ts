// The CPU that an image is for, as image indexes name it. All of ours are for Linux.

export interface Platform {
  /** `amd64`, `arm64`, `arm` */
  readonly architecture: string;
  /** `v7`; `null` where none is said. */
  readonly variant: string | null;
}

/** Reads `linux/arm/v7`; `null` where it is none, or of another system. */
export function parsePlatform(text: string): Platform | null {
  const [system, architecture = '', variant] = text.split('/');
  if (system !== 'linux' || architecture === '') return null;
  return { architecture, variant: variant ?? null };
}

/** What a service asks for, or else the device's own. */
export function platformOf(asked: Platform | null, architecture: string): Platform {
  return asked ?? { architecture, variant: null };
}

export function formatPlatform({ architecture, variant }: Platform): string {
  return `linux/${architecture}${variant === null ? '' : `/${variant}`}`;
}

/** Whether an image serves: an older variant runs on a newer CPU, and many images do not name theirs. */
export function servesPlatform(image: Platform, wanted: Platform): boolean {
  if (image.architecture !== wanted.architecture) return false;
  return image.variant === null || wanted.variant === null || image.variant <= wanted.variant;
}

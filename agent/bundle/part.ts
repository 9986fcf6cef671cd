// What a bundle is made of.
// Tested in test/agent/bundle/collect.test.ts.

export interface BundleFile {
  readonly path: string;
  readonly text: string;
}

/** One file to be, and who knows it. */
export interface Part {
  /** In the archive. What is too long loses its beginning, but for `.json`, which is left out. */
  readonly path: string;
  readonly limitMs: number;
  /** Rejects with the reason why there is none. */
  readonly gather: () => Promise<string>;
}

export interface Missing {
  readonly what: string;
  readonly why: string;
}

export interface Bundle {
  readonly files: readonly BundleFile[];
  readonly missing: readonly Missing[];
}

/** How long a part may take, where nothing else is said. */
export const LIMIT_MS = 2000;

export function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

// What would have to be fetched for an image, asked before a byte of it is.
// Tested in test/agent/registry/image-sizes.test.ts.
import type { Platform } from '../../protocol/values/platform.ts';
import type { PullErrorCode } from './supplier.ts';

export interface ImageAsked {
  readonly reference: string;
  readonly platform: Platform;
}

/** A layer, or a document of the image. */
export interface ImagePart {
  readonly digest: string;
  /** As it is sent: compressed. */
  readonly bytes: number;
  readonly isHere: boolean;
}

export type ImageSizeLook =
  | {
      readonly kind: 'told';
      /** By which an engine may know the image: its manifest, its configuration, its index. */
      readonly ids: readonly string[];
      readonly layers: readonly ImagePart[];
      /** Manifests and configuration, which come with every pull. */
      readonly documents: readonly ImagePart[];
    }
  /** The registry answers that it cannot be had. */
  | { readonly kind: 'refused'; readonly code: PullErrorCode; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

export interface ImageSizes {
  /**
   * One look for each image, in their order; what a registry has not told when `signal` aborts is `unknown`. Rejects with
   * `EngineUnavailable` alone.
   */
  look(images: readonly ImageAsked[], signal: AbortSignal): Promise<readonly ImageSizeLook[]>;
}

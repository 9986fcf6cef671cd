import type { Platform } from '../../lib/oci/documents.ts';
import type { Layer } from '../../lib/oci/layer.ts';

/** What a base is made of; its `python3` can import `paho.mqtt.client`. */
export interface BaseImage {
  readonly platform: Platform;
  readonly env: Readonly<Record<string, string>>;
  readonly layers: readonly Layer[];
}

export const deviceArchitectures = ['amd64', 'arm64'] as const;
export type DeviceArchitecture = (typeof deviceArchitectures)[number];

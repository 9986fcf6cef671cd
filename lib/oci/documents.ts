// The documents of an image as a registry gives them, read as far as it is used. Docker's own types have the same form.
import * as v from 'valibot';
import { OciError } from './oci-error.ts';

const DESCRIPTOR = v.object({
  mediaType: v.string(),
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

const PLATFORM = v.object({
  os: v.string(),
  architecture: v.string(),
  variant: v.exactOptional(v.string()),
});

const INDEX = v.object({
  manifests: v.array(v.object({ ...DESCRIPTOR.entries, platform: v.optional(PLATFORM) })),
});

const MANIFEST = v.object({ config: DESCRIPTOR, layers: v.array(DESCRIPTOR) });

const CONFIG = v.object({
  config: v.object({ Env: v.nullish(v.array(v.string()), []) }),
  rootfs: v.object({ diff_ids: v.array(v.string()) }),
});

export type Platform = v.InferOutput<typeof PLATFORM>;
export type ImageIndex = v.InferOutput<typeof INDEX>;
export type ImageManifest = v.InferOutput<typeof MANIFEST>;
export type ImageConfig = v.InferOutput<typeof CONFIG>;

/** These throw `content_invalid` for anything else. */
export function parseIndex(data: Buffer): ImageIndex {
  return parse(INDEX, data);
}

export function parseManifest(data: Buffer): ImageManifest {
  return parse(MANIFEST, data);
}

export function parseConfig(data: Buffer): ImageConfig {
  return parse(CONFIG, data);
}

function parse<S extends v.GenericSchema>(schema: S, data: Buffer): v.InferOutput<S> {
  try {
    return v.parse(schema, JSON.parse(data.toString('utf8')));
  } catch (cause) {
    throw new OciError('content_invalid', 'the document has not the form of its kind', { cause });
  }
}

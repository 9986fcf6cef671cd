// Small files that come with the document: configs and secrets. Source: the Compose specification, 08-configs.md
// and 09-secrets.md; of the ways to give a content there, `content` alone crosses the wire.
// Tested in test/protocol/deployment/deployment.test.ts.
import * as v from 'valibot';
import { absolutePathSchema } from '../fields.ts';
import { record, strictObject } from '../objects.ts';
import { partNameSchema } from '../values/names.ts';

/** Top level: contents by name. All of them together stay within the document's own bound. */
export const fileContentsSchema = record(
  partNameSchema,
  strictObject({ content: v.pipe(v.string(), v.maxLength(32_768, 'at most 32768 characters')) }),
);

const ownerSchema = v.pipe(v.string(), v.regex(/^(?:0|[1-9]\d{0,8})$/, 'a number in quotes, such as "1000"'));

const fileMountSchema = strictObject({
  source: partNameSchema,
  /** Where the container finds it; see `targetOfFile`. */
  target: v.optional(absolutePathSchema),
  uid: v.optional(ownerSchema, '0'),
  gid: v.optional(ownerSchema, '0'),
  /** Octal, in quotes, because JSON and YAML would read the digits as a decimal number. */
  mode: v.optional(
    v.pipe(v.string(), v.regex(/^0?[0-7]{3}$/, 'an octal mode in quotes, such as "0440"')),
    '0444',
  ),
});

/** In a service: which of the contents it finds as files, read-only. */
export const fileMountsSchema = v.pipe(v.array(fileMountSchema), v.maxLength(64, 'at most 64 files'));

export type FileMount = v.InferOutput<typeof fileMountSchema>;

/** The keys of a document and of a service under which files stand. */
export const FILE_KINDS = ['configs', 'secrets'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** Where the container finds a file. Unless said, a config is at `/SOURCE`, a secret at `/run/secrets/SOURCE`. */
export function targetOfFile(kind: FileKind, { source, target }: FileMount): string {
  return target ?? (kind === 'configs' ? `/${source}` : `/run/secrets/${source}`);
}

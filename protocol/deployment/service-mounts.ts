// What a service finds in its file system besides its image.
// Tested in test/protocol/deployment/deployment.test.ts.
import * as v from 'valibot';
import { absolutePathSchema, byteSizeSchema } from '../fields.ts';
import { strictObject } from '../objects.ts';
import { BIND_SOURCE_PATTERN } from '../values/folder-path.ts';
import { partNameSchema } from '../values/names.ts';

const bindOptionsSchema = strictObject({
  /** Compose's default is true. Here a path that is not there is told, rather than made as an empty directory. */
  create_host_path: v.optional(v.boolean()),
  propagation: v.optional(v.picklist(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'])),
  /** Of a directory in the deployment's folder: `UID` or `UID:GID`, the group 0 unless said. */
  owner: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^(?:0|[1-9]\d{0,8})(?::(?:0|[1-9]\d{0,8}))?$/,
        'numbers in quotes, such as "1000" or "1000:1000"',
      ),
    ),
  ),
  mode: v.optional(v.pipe(v.string(), v.regex(/^0?[0-7]{3}$/, 'an octal mode in quotes, such as "0750"'))),
});

const bindSourceSchema = v.pipe(
  v.string(),
  v.maxLength(1024, 'at most 1024 characters'),
  v.regex(
    BIND_SOURCE_PATTERN,
    'an absolute path, or one in the folder of the deployment such as "./data": without ":", and there without empty parts, "." and ".."',
  ),
);

const volumeOptionsSchema = strictObject({
  /** True: a new volume starts empty, also where the image has files at `target`. */
  nocopy: v.optional(v.boolean()),
  /** A directory that is in the volume already; an engine before API 1.45 cannot, and says so. */
  subpath: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(1024, 'at most 1024 characters'),
      v.regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\0\n]+$/, 'a path within the volume, such as "a/b"'),
    ),
  ),
});

const tmpfsOptionsSchema = strictObject({
  size: v.optional(byteSizeSchema),
  /** Octal, in quotes, because JSON and YAML would read the digits as a decimal number. */
  mode: v.optional(v.pipe(v.string(), v.regex(/^0?[0-7]{3,4}$/, 'an octal mode in quotes, such as "1777"'))),
});

export const mountSchema = v.variant('type', [
  strictObject({
    type: v.literal('volume'),
    source: partNameSchema,
    target: absolutePathSchema,
    read_only: v.optional(v.boolean()),
    volume: v.optional(volumeOptionsSchema),
  }),
  strictObject({
    type: v.literal('bind'),
    source: bindSourceSchema,
    target: absolutePathSchema,
    read_only: v.optional(v.boolean()),
    bind: v.optional(bindOptionsSchema),
  }),
  strictObject({
    type: v.literal('tmpfs'),
    target: absolutePathSchema,
    tmpfs: v.optional(tmpfsOptionsSchema),
  }),
]);

/** The service key `tmpfs`: a path, and after a colon what the engine's `--tmpfs` takes. */
export const tmpfsSchema = v.pipe(
  v.string(),
  v.maxLength(1024, 'at most 1024 characters'),
  v.regex(
    /^\/[^:\0]*(?::(?:(?:ro|rw|exec|noexec|suid|nosuid|dev|nodev|sync|async|atime|noatime|size=\d{1,15}[kKmMgG%]?|mode=[0-7]{3,4}|uid=\d{1,10}|gid=\d{1,10}|nr_inodes=\d{1,15}[kKmMgG]?|nr_blocks=\d{1,15}[kKmMgG]?)(?:,(?!$)|$))+)?$/,
    'a path, or with options such as "/run:size=64m,mode=755"',
  ),
);

// Networks and volumes of a deployment: its own ones, and those of the device that it shares with others.
import * as v from 'valibot';
import { strictObject } from '../objects.ts';
import { SERVICE_PATTERN, SHARED_PREFIX } from '../values/names.ts';

/** What begins so is a deployment's own in the engine. */
const NOT_OWN = '(?!holdfast_)';
const NAME = SERVICE_PATTERN.source.slice(1);

/** The engine's own names of what deployments share. */
const sharedNetworkSchema = v.pipe(
  v.string(),
  v.regex(
    new RegExp(`^(?!(?:bridge|host|none|default)$)${NOT_OWN}${NAME}`),
    'a name of 1 to 63 letters, digits, ".", "-" or "_", and neither "holdfast_…" nor "bridge", "host", "none" or "default", which are the engine\'s',
  ),
);
const sharedVolumeSchema = v.pipe(
  v.string(),
  v.regex(
    new RegExp(`^${NOT_OWN}${NAME}`),
    'a name of 1 to 63 letters, digits, ".", "-" or "_", and not "holdfast_…"',
  ),
);

const SUBNET = 'an IPv4 subnet such as "172.28.0.0/24"';
const subnetSchema = v.pipe(v.string(), v.regex(/^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/, SUBNET));
export const ipv4Schema = v.pipe(
  v.string(),
  v.regex(/^\d{1,3}(?:\.\d{1,3}){3}$/, 'an IPv4 address such as "172.28.0.10"'),
);

/** Whose addresses the engine gives; it chooses those itself where nothing is said. */
const poolSchema = strictObject({
  subnet: subnetSchema,
  gateway: v.optional(ipv4Schema),
  /** Where addresses are given from that no service asks for. */
  ip_range: v.optional(subnetSchema),
});

export const networkSchema = strictObject({
  internal: v.optional(v.boolean()),
  /** The network of this name that the device has, or is given: several deployments may be in it. */
  shared: v.optional(sharedNetworkSchema),
  ipam: v.optional(
    strictObject({
      config: v.pipe(
        v.array(poolSchema),
        v.minLength(1, 'one subnet: a bridge has no more'),
        v.maxLength(1, 'one subnet: a bridge has no more'),
      ),
    }),
  ),
});

const mountTextSchema = v.pipe(
  v.string(),
  v.minLength(1, 'not empty'),
  v.maxLength(1024, 'at most 1024 characters'),
  v.regex(/^[^\0\r\n]*$/, 'one line'),
);

export const volumeSchema = strictObject({
  /** The volume of this name that the device has, or is given: several deployments may use it. */
  shared: v.optional(sharedVolumeSchema),
  /** As the engine's `local` driver takes them: `mount -t TYPE -o O DEVICE`. */
  driver_opts: v.optional(
    strictObject({
      type: v.picklist(['nfs', 'nfs4', 'cifs', 'tmpfs']),
      o: v.optional(mountTextSchema),
      device: v.optional(mountTextSchema),
    }),
  ),
});

export const PURGED_VOLUME_PATTERN = new RegExp(`^(?:${SHARED_PREFIX}${NOT_OWN})?${NAME}`);

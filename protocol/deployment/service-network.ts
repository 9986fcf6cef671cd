// How a service reaches others and is reached.
// Tested in test/protocol/deployment/deployment.test.ts.
import * as v from 'valibot';
import { portSchema } from '../fields.ts';
import { record, strictObject } from '../objects.ts';
import { partNameSchema, serviceNameSchema } from '../values/names.ts';
import { ipv4Schema } from './networks-and-volumes.ts';

export const publishedPortSchema = strictObject({
  target: portSchema,
  /** The host's port, in quotes as Compose has it. Without one the engine gives a free one at each start. */
  published: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,4}$/, 'a port in quotes, such as "8080"'))),
  host_ip: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-fA-F.:]{2,45}$/, 'an IP address'))),
  protocol: v.optional(v.picklist(['tcp', 'udp']), 'tcp'),
});

export const attachmentsSchema = v.pipe(
  record(
    partNameSchema,
    strictObject({
      aliases: v.optional(v.pipe(v.array(serviceNameSchema), v.maxLength(64, 'at most 64 aliases'))),
      /** Its own for as long as it runs. */
      ipv4_address: v.optional(ipv4Schema),
    }),
  ),
  v.maxEntries(64, 'at most 64 networks'),
);

/** Told to the engine and shown by it; services of a network reach each other on all ports anyway. */
export const exposeSchema = v.pipe(
  v.array(
    v.pipe(
      v.string(),
      v.regex(/^[1-9]\d{0,4}(\/(tcp|udp))?$/, 'a port in quotes, such as "8080" or "53/udp"'),
    ),
  ),
  v.maxLength(256, 'at most 256 ports'),
);

/** Not `bridge`: on the engine's default bridge no service finds another by its name. */
export const networkModeSchema = v.pipe(
  v.string(),
  v.regex(/^(?:none|host|service:[a-zA-Z0-9][a-zA-Z0-9._-]{0,62})$/, '"none", "host" or "service:NAME"'),
);

const addressSchema = v.pipe(v.string(), v.regex(/^[0-9a-fA-F.:]{2,45}$/, 'an IP address'));
export const dnsSchema = v.pipe(v.array(addressSchema), v.maxLength(16, 'at most 16 servers'));
export const dnsSearchSchema = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^(?:\.|[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}))$/, 'a domain, or "."'))),
  v.maxLength(32, 'at most 32 domains'),
);
export const dnsOptSchema = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}(?::\d{1,4})?$/, 'an option such as "ndots:2"'))),
  v.maxLength(32, 'at most 32 options'),
);

/** Addresses by name; `host-gateway` is the address of the device as containers reach it. */
export const extraHostsSchema = record(
  v.pipe(
    v.string(),
    v.regex(
      /^(?!(?:constructor|prototype|hasOwnProperty|toString|valueOf)$)[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/,
      'a host name, and no reserved word such as "constructor"',
    ),
  ),
  v.pipe(
    v.array(
      v.pipe(
        v.string(),
        v.regex(/^(?:[0-9a-fA-F.:]{2,45}|host-gateway)$/, 'an IP address or "host-gateway"'),
      ),
    ),
    v.minLength(1, 'at least one address'),
    v.maxLength(16, 'at most 16 addresses'),
  ),
);

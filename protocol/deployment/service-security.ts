// What a service may do to the device: capabilities, devices, namespaces that it shares.
// Tested in test/protocol/deployment/deployment.test.ts.
import * as v from 'valibot';
import { absolutePathSchema } from '../fields.ts';
import { strictObject } from '../objects.ts';

export const capabilitiesSchema = v.pipe(
  v.array(
    v.pipe(v.string(), v.regex(/^(?:CAP_)?[A-Z][A-Z_]{2,31}$/, 'a capability such as "NET_ADMIN", or "ALL"')),
  ),
  v.maxLength(64, 'at most 64 capabilities'),
);

/** A profile for seccomp other than these is a file, and the engine takes no path to one. */
export const securityOptSchema = v.pipe(
  v.array(
    v.pipe(
      v.string(),
      v.regex(
        /^(?:no-new-privileges(?:[:=](?:true|false))?|apparmor[:=][A-Za-z0-9._/-]{1,128}|label[:=](?:disable|(?:user|role|type|level):[A-Za-z0-9_.:,-]{1,128})|seccomp[:=](?:unconfined|builtin))$/,
        'no-new-privileges:true or :false, apparmor:PROFILE, label:… or seccomp:unconfined or :builtin',
      ),
    ),
  ),
  v.maxLength(16, 'at most 16 options'),
);

/** A path below `/dev`, or the name of a device of the Container Device Interface (`nvidia.com/gpu=all`). */
export const deviceSchema = strictObject({
  source: v.pipe(
    v.string(),
    v.maxLength(256, 'at most 256 characters'),
    v.regex(
      /^(?:\/[^:\0]*|[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._-]*=[A-Za-z0-9][A-Za-z0-9._:-]*)$/,
      'a device such as "/dev/ttyUSB0", or of CDI such as "nvidia.com/gpu=all"',
    ),
  ),
  /** Where the container finds it; at the same path unless said. */
  target: v.optional(absolutePathSchema),
  /** `r` read, `w` write, `m` make the node; all three unless said. */
  permissions: v.optional(
    v.pipe(v.string(), v.regex(/^(?:r?w?m?)$/, 'of "rwm"'), v.minLength(1, 'of "rwm"')),
  ),
});
export const devicesSchema = v.pipe(v.array(deviceSchema), v.maxLength(64, 'at most 64 devices'));

export const deviceRulesSchema = v.pipe(
  v.array(
    v.pipe(
      v.string(),
      v.regex(/^[acb] (?:\d{1,10}|\*):(?:\d{1,10}|\*) [rwm]{1,3}$/, 'a rule such as "c 188:* rw"'),
    ),
  ),
  v.maxLength(64, 'at most 64 rules'),
);

export const ipcSchema = v.pipe(
  v.string(),
  v.regex(
    /^(?:none|private|host|shareable|service:[a-zA-Z0-9][a-zA-Z0-9._-]{0,62})$/,
    '"none", "private", "host", "shareable" or "service:NAME"',
  ),
);
export const pidSchema = v.pipe(
  v.string(),
  v.regex(/^(?:host|service:[a-zA-Z0-9][a-zA-Z0-9._-]{0,62})$/, '"host" or "service:NAME"'),
);

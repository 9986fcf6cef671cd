// One service of a deployment: Compose's long forms and names, with `probe` as ours.
// Source: the Compose specification, compose-spec.json. A key that is added needs an entry in
// fleet/compose/service-keys.ts, its value in agent/model/desired-service.ts and agent/model/document/, its place in
// agent/docker/, and its row in docs/compose.md.
// Tested in test/protocol/deployment/deployment.test.ts.
import * as v from 'valibot';
import {
  absolutePathSchema,
  byteSizeSchema,
  durationSchema,
  shortTextSchema,
  stringsSchema,
  textSchema,
} from '../fields.ts';
import { record, strictObject } from '../objects.ts';
import { serviceNameSchema } from '../values/names.ts';
import { fileMountsSchema } from './service-files.ts';
import { healthcheckSchema, probeSchema } from './service-health.ts';
import { mountSchema, tmpfsSchema } from './service-mounts.ts';
import {
  attachmentsSchema,
  dnsOptSchema,
  dnsSchema,
  dnsSearchSchema,
  exposeSchema,
  extraHostsSchema,
  networkModeSchema,
  publishedPortSchema,
} from './service-network.ts';
import {
  cpuSharesSchema,
  cpusetSchema,
  deploySchema,
  gpusSchema,
  oomScoreSchema,
  sysctlsSchema,
  ulimitsSchema,
} from './service-resources.ts';
import {
  capabilitiesSchema,
  deviceRulesSchema,
  devicesSchema,
  ipcSchema,
  pidSchema,
  securityOptSchema,
} from './service-security.ts';

const variablesSchema = record(
  v.pipe(
    v.string(),
    v.regex(
      /^(?!(?:__proto__|constructor|prototype)$)[^=\0]{1,256}$/,
      'a variable name of at most 256 characters, without "=", and no reserved word such as "constructor"',
    ),
  ),
  v.pipe(v.string(), v.maxLength(32_768, 'at most 32768 characters')),
);

/** The agent knows what is its own by the labels `io.holdfast.…`, so no service may set one. */
const labelsSchema = record(
  v.pipe(
    v.string(),
    v.regex(
      /^(?!(?:__proto__|constructor|prototype)$)(?!io\.holdfast\.)[^=\0]{1,256}$/,
      'a label of at most 256 characters, without "=", no reserved word, and none of the agent\'s own "io.holdfast."',
    ),
  ),
  textSchema,
);

const dependencySchema = strictObject({
  condition: v.picklist(['service_started', 'service_healthy', 'service_completed_successfully']),
});

const loggingSchema = strictObject({
  driver: v.optional(
    v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._/:-]{0,127}$/, 'a logging driver such as "journald"')),
  ),
  options: v.optional(
    record(
      v.pipe(
        v.string(),
        v.regex(/^(?!(?:constructor|prototype)$)[a-z][a-z0-9._-]{0,63}$/, 'an option such as "max-size"'),
      ),
      textSchema,
    ),
  ),
});

const groupSchema = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/, 'a group such as "dialout" or "20"'),
);

export const serviceSchema = strictObject({
  image: v.pipe(v.string(), v.minLength(1, 'an image reference'), v.maxLength(512, 'at most 512 characters')),
  /** `missing` when left out. `always` pulls before the switch to each revision, never for a restart. */
  pull_policy: v.optional(v.picklist(['missing', 'always', 'never'])),
  /** The image for another CPU than the device's own. */
  platform: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^linux\/[a-z0-9]{1,16}(\/v[1-9])?$/, 'a platform such as "linux/arm64" or "linux/arm/v7"'),
    ),
  ),
  command: v.optional(stringsSchema),
  entrypoint: v.optional(stringsSchema),
  environment: v.optional(variablesSchema),
  labels: v.optional(labelsSchema),
  working_dir: v.optional(absolutePathSchema),
  user: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$/,
        'a user such as "1000:1000"',
      ),
    ),
  ),
  group_add: v.optional(v.pipe(v.array(groupSchema), v.maxLength(64, 'at most 64 groups'))),
  hostname: v.optional(
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, 'a host name')),
  ),
  domainname: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/, 'a domain such as "plant.example"'),
    ),
  ),
  /** The name that the device has. */
  uts: v.optional(v.literal('host', '"host"')),
  init: v.optional(v.boolean()),
  runtime: v.optional(shortTextSchema),

  deploy: v.optional(deploySchema),
  gpus: v.optional(gpusSchema),
  cpu_shares: v.optional(cpuSharesSchema),
  cpuset: v.optional(cpusetSchema),
  oom_score_adj: v.optional(oomScoreSchema),
  shm_size: v.optional(byteSizeSchema),
  sysctls: v.optional(sysctlsSchema),
  ulimits: v.optional(ulimitsSchema),

  cap_add: v.optional(capabilitiesSchema),
  cap_drop: v.optional(capabilitiesSchema),
  device_cgroup_rules: v.optional(deviceRulesSchema),
  devices: v.optional(devicesSchema),
  ipc: v.optional(ipcSchema),
  pid: v.optional(pidSchema),
  privileged: v.optional(v.boolean()),
  read_only: v.optional(v.boolean()),
  security_opt: v.optional(securityOptSchema),

  restart: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^(no|always|unless-stopped|on-failure(:[1-9]\d{0,3})?)$/,
        '"no", "always", "unless-stopped" or "on-failure"',
      ),
    ),
  ),
  stop_signal: v.optional(
    v.pipe(v.string(), v.regex(/^(SIG)?[A-Z0-9+-]{2,12}$/, 'a signal such as "SIGTERM"')),
  ),
  stop_grace_period: v.optional(durationSchema),
  depends_on: v.optional(record(serviceNameSchema, dependencySchema)),
  logging: v.optional(loggingSchema),

  ports: v.optional(v.pipe(v.array(publishedPortSchema), v.maxLength(512, 'at most 512 ports'))),
  expose: v.optional(exposeSchema),
  networks: v.optional(attachmentsSchema),
  network_mode: v.optional(networkModeSchema),
  dns: v.optional(dnsSchema),
  dns_opt: v.optional(dnsOptSchema),
  dns_search: v.optional(dnsSearchSchema),
  extra_hosts: v.optional(extraHostsSchema),

  volumes: v.optional(v.pipe(v.array(mountSchema), v.maxLength(64, 'at most 64 mounts'))),
  tmpfs: v.optional(v.pipe(v.array(tmpfsSchema), v.maxLength(64, 'at most 64 mounts'))),
  configs: v.optional(fileMountsSchema),
  secrets: v.optional(fileMountsSchema),

  healthcheck: v.optional(healthcheckSchema),
  probe: v.optional(probeSchema),
});

/** A service as validated, with the defaults of `probe`, `ports`, `configs` and `secrets` filled in, and no others: defaults would
 * change the hash of what runs already. */
export type Service = v.InferOutput<typeof serviceSchema>;
export type Probe = v.InferOutput<typeof probeSchema>;
export type Mount = v.InferOutput<typeof mountSchema>;
export type PublishedPort = v.InferOutput<typeof publishedPortSchema>;
export type Device = NonNullable<Service['devices']>[number];
export type DeviceRequest = NonNullable<Service['gpus']>[number];
export type DependencyCondition = v.InferOutput<typeof dependencySchema>['condition'];

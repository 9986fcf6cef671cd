// `holdfast.state/1`: facts on the device and a line per deployment. Retained.
import * as v from 'valibot';
import { countSchema, timestampSchema } from './fields.ts';
import { PHASES } from './status.ts';

export const STATE_SCHEMA = 'holdfast.state/1';

const amountSchema = v.strictObject({ total_bytes: countSchema, available_bytes: countSchema });

export const stateSchema = v.strictObject({
  schema: v.literal(STATE_SCHEMA),
  device: v.string(),
  groups: v.array(v.string()),
  agent_version: v.string(),
  /** As image indexes name it: `amd64`, `arm64`. */
  architecture: v.string(),
  os: v.string(),
  kernel: v.string(),
  /** `null` while the engine cannot be reached. */
  engine: v.nullable(
    v.strictObject({
      name: v.string(),
      version: v.string(),
      api_version: v.string(),
      storage_driver: v.string(),
      cgroup_version: v.string(),
      enforces: v.array(v.picklist(['memory', 'cpus', 'pids'])),
    }),
  ),
  boot_id: v.string(),
  uptime_seconds: countSchema,
  clock: v.strictObject({
    /** `null` where the host does not tell. */
    synchronised: v.nullable(v.boolean()),
  }),
  cpu: v.strictObject({ cores: countSchema, load_1m: v.number() }),
  memory: amountSchema,
  disk: amountSchema,
  temperature_celsius: v.nullable(v.number()),
  deployments: v.array(
    v.strictObject({ name: v.string(), revision: v.nullable(v.number()), phase: v.picklist(PHASES) }),
  ),
  at: timestampSchema,
});

export type DeviceState = v.InferOutput<typeof stateSchema>;

// `holdfast.state/1`: facts on the device and a line per deployment. Retained.
// Tested in test/agent/whole/clock.test.ts.
import * as v from 'valibot';
import { countSchema, timestampSchema } from '../fields.ts';
import { briefFindingSchema } from './finding.ts';
import { PHASES } from './status.ts';

export const STATE_SCHEMA = 'holdfast.state/1';

export const MAX_TOLD_FINDINGS = 20;
/** Characters of the title of one. */
export const MAX_BRIEF_TITLE = 200;

const amountSchema = v.object({ total_bytes: countSchema, available_bytes: countSchema });

export const stateSchema = v.object({
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
    v.object({
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
  clock: v.object({
    /** `null` where the host does not tell. */
    synchronised: v.nullable(v.boolean()),
    /** Who told: the time service, the kernel, or the year that it shows. */
    source: v.nullable(v.picklist(['timesyncd', 'kernel', 'year'])),
    /** The newest since the agent started; `at` is what the clock showed after it. */
    last_jump: v.nullable(
      v.object({ by_ms: v.pipe(v.number(), v.integer('a whole number')), at: timestampSchema }),
    ),
  }),
  cpu: v.object({ cores: countSchema, load_1m: v.number() }),
  memory: amountSchema,
  disk: amountSchema,
  temperature_celsius: v.nullable(v.number()),
  deployments: v.array(
    v.object({
      name: v.string(),
      revision: v.nullable(v.number()),
      phase: v.picklist(PHASES),
      /** Left out: it is not paused. `null`: it is as soon as what is under way has ended. */
      paused_until: v.optional(v.nullable(timestampSchema)),
    }),
  ),
  /** What is not as it should be, the worst first, at most `MAX_TOLD_FINDINGS`. An older agent does not tell. */
  findings: v.optional(v.array(briefFindingSchema)),
  at: timestampSchema,
});

export type DeviceState = v.InferOutput<typeof stateSchema>;

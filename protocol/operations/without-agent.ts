// What a device's command tells where no agent answers: what others know, and of whom nothing could be learnt.
// Tested in test/agent/bystander/look.test.ts.
import * as v from 'valibot';
import { statusSchema } from '../reports/status.ts';

const unitSchema = v.object({
  /** As `systemctl show` has them: `active`, `failed`; `running`, `auto-restart`; `success`, `exit-code`, `watchdog`. */
  active_state: v.string(),
  sub_state: v.string(),
  result: v.string(),
  restarts: v.number(),
});

const containerSchema = v.object({
  name: v.string(),
  image: v.string(),
  /** `running`, `exited`, … */
  state: v.string(),
  /** As the engine says it to people: `Up 3 hours (healthy)`. */
  status: v.string(),
  deployment: v.string(),
  service: v.nullable(v.string()),
});

/** Each but `missing` is `null` where nothing could be learnt of it. */
export const withoutAgentSchema = v.object({
  agent: v.null(),
  /** The first fault of the configuration; `null` for none. */
  config_fault: v.nullable(v.string()),
  /** The agent's service in systemd. */
  unit: v.nullable(unitSchema),
  /** As they were told last. */
  deployments: v.nullable(v.array(statusSchema)),
  /** When the agent last wrote to its store, ISO 8601. */
  stored_at: v.nullable(v.string()),
  /** That the agent made, running or not. */
  containers: v.nullable(v.array(containerSchema)),
  missing: v.array(v.object({ what: v.string(), why: v.string() })),
});

export type WithoutAgent = v.InferOutput<typeof withoutAgentSchema>;

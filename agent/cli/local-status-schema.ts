// The agent's answer, checked where it enters: agent and command may differ in version during an upgrade.
import * as v from 'valibot';
import { statusSchema } from '../../protocol/reports/status.ts';
import type { LocalStatus } from '../ports/local-api.ts';

const troubleSchema = v.object({
  code: v.picklist([
    'unreachable',
    'refused_credentials',
    'not_authorized',
    'tls',
    'session_taken',
    'no_answer',
    'closed',
    'not_configured',
  ]),
  message: v.string(),
});

export const localStatusSchema: v.GenericSchema<unknown, LocalStatus> = v.object({
  device: v.string(),
  host_name: v.nullable(v.string()),
  groups: v.array(v.string()),
  agent_version: v.string(),
  started_at: v.string(),
  broker: v.object({
    is_connected: v.boolean(),
    protocol: v.nullable(v.picklist(['5', '3.1.1'])),
    since: v.string(),
    trouble: v.nullable(troubleSchema),
    denied: v.optional(v.array(v.string()), []),
    url: v.string(),
  }),
  engine: v.object({
    is_reachable: v.boolean(),
    message: v.nullable(v.string()),
    hint: v.optional(v.nullable(v.string()), null),
  }),
  outbox: v.object({ events: v.number(), statuses: v.number() }),
  deployments: v.array(statusSchema),
});

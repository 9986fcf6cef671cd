// `holdfast.presence/1`: online, or offline as the broker's last will. Retained.
// Tested in test/fleet/ctl/render/status-table.test.ts.
import * as v from 'valibot';
import { timestampSchema } from '../fields.ts';

export const PRESENCE_SCHEMA = 'holdfast.presence/1';

export const presenceSchema = v.object({
  schema: v.literal(PRESENCE_SCHEMA),
  online: v.boolean(),
  /** When the connection was begun; a will carries the time of the connection that it ends. */
  since: timestampSchema,
  boot_id: v.string(),
});

export type Presence = v.InferOutput<typeof presenceSchema>;

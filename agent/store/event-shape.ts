// The shape in which events are stored, with its version. It follows the rules of `versioned.ts`. The fields of a kind are
// left open: an event that another version of the agent stored is told as that knew it.
// Tested in test/agent/store/event-rows.test.ts.
import * as v from 'valibot';
import type { Event } from '../../protocol/reports/events.ts';
import { fieldsOf, readVersioned, type Shape } from '../model/record-codec/versioned.ts';

/** As it stands in the table; a worn card may have made anything of it. */
export interface EventRow {
  readonly seq: number;
  readonly at: string;
  /** JSON: what was told, and `v`, its version. One that says none is of version 1. */
  readonly body: string;
}

const EVENT: Shape<Event> = {
  schema: v.looseObject({
    seq: v.number(),
    at: v.string(),
    type: v.string(),
    deployment: v.optional(v.string()),
    service: v.optional(v.string()),
  }),
  upgrades: [],
};

/** The event that a row is; `null` for one that cannot be read, which is lost. */
export function readEvent({ seq, at, body }: EventRow): Event | null {
  const { v: version = 1, ...told } = fieldsOf(parsed(body));
  const reading = readVersioned(EVENT, version, { ...told, seq, at });
  return reading.ok ? reading.value : null;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

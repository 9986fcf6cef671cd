// Of a record, what a rebuilt one must know: what to go back to, what not to try again, what not to do again,
// and for how long to do nothing.
import * as v from 'valibot';
import type { DeploymentRecord } from '../record.ts';
import { keptEntries } from './record-schema.ts';
import { fieldsOf, isSameIn } from './versioned.ts';

export type KeptRecord = Pick<DeploymentRecord, 'proven' | 'previous' | 'barred' | 'completed' | 'pause'>;

export const keptSchema: v.GenericSchema<KeptRecord> = v.object(keptEntries);

/** Moments are times of this process: a rebuilt record begins to wait anew, as after any start. */
export function keptOf({ proven, previous, barred, completed, pause }: KeptRecord): KeptRecord {
  const bars = barred.map(({ retry, ...bar }) =>
    retry === undefined ? bar : { ...bar, retry: { ...retry, atMs: 0 } },
  );
  return {
    ...{ proven, previous, barred: bars },
    ...(completed === undefined ? {} : { completed }),
    ...(pause === undefined ? {} : { pause: pause.sinceMs === null ? pause : { ...pause, sinceMs: 0 } }),
  };
}

/** Whether two say the same in the fields that this agent knows. */
export function isSameKept(one: KeptRecord, other: KeptRecord): boolean {
  return isSameIn(keptSchema, one, other);
}

/** What of it is there in a value that is no record of today: each field by itself, and of a list each item. */
export function salvageKept(stored: unknown): KeptRecord {
  const { proven, previous, barred, completed, pause } = fieldsOf(stored);
  const jobs = itemsOf(keptEntries.completed.wrapped, completed);
  return keptOf({
    proven: v.is(keptEntries.proven, proven) ? proven : null,
    previous: v.is(keptEntries.previous, previous) ? previous : null,
    barred: itemsOf(keptEntries.barred, barred),
    ...(jobs.length === 0 ? {} : { completed: jobs }),
    ...(v.is(keptEntries.pause.wrapped, pause) ? { pause } : {}),
  });
}

function itemsOf<T>({ item }: { readonly item: v.GenericSchema<T> }, value: unknown): T[] {
  return Array.isArray(value) ? value.filter((entry: unknown) => v.is(item, entry)) : [];
}

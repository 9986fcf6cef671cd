// Stored values of shapes that cross the wire too: held against their types alone, as patterns and ranges judge what
// arrives, and what is stored was judged by the agent of its time.
import * as v from 'valibot';

export function isOfShape<T>(schema: v.GenericSchema<T>, value: unknown): value is T {
  const { typed, issues = [] } = v.safeParse(schema, value);
  return typed && issues.every(({ kind }) => kind === 'validation');
}

// Lines of the engine's streams. Engines of many versions write them, and what speaks Docker's API without being it: a
// field of another type than expected counts as left out. Each throws `SyntaxError` for what is no JSON, as the last
// line of a stream that was cut is.
import * as v from 'valibot';

/** A field that tells nothing where it is of another type. */
function told<T>(schema: v.GenericSchema<T>) {
  return v.fallback(v.optional(schema), undefined);
}

const pullLineSchema = v.fallback(
  v.object({
    id: told(v.string()),
    status: told(v.string()),
    /** Of whatever type it is: an error that is passed over would be a pull that succeeded. */
    error: v.optional(v.pipe(v.unknown(), v.transform(toText))),
    progressDetail: told(v.object({ current: told(v.number()), total: told(v.number()) })),
  }),
  {},
);

function toText(error: unknown): string | undefined {
  if (error === null) return undefined;
  return typeof error === 'string' ? error : JSON.stringify(error);
}

export type PullLine = v.InferOutput<typeof pullLineSchema>;

/** A line of a pull's stream. */
export function parsePullLine(line: string): PullLine {
  return v.parse(pullLineSchema, JSON.parse(line));
}

const eventSchema = v.fallback(
  v.object({ Actor: told(v.object({ Attributes: told(v.record(v.string(), v.unknown())) })) }),
  {},
);

/** What a line of the event stream says of the attribute with this name; empty where it says nothing. */
export function attributeIn(line: string, name: string): string {
  const value = v.parse(eventSchema, JSON.parse(line)).Actor?.Attributes?.[name];
  return typeof value === 'string' ? value : '';
}

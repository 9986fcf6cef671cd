// The shapes of second copies, each with its own version. They follow the rules of `versioned.ts`.
// Tested in test/agent/store/other-versions.test.ts.
import * as v from 'valibot';
import { timestampSchema } from '../../protocol/fields.ts';
import { type KeptRecord, keptSchema, salvageKept } from '../model/record-codec/kept-record.ts';
import { isSameIn, type Shape, type StoredFields } from '../model/record-codec/versioned.ts';
import type { AcceptedDocument, AcceptedRevision, Seen } from '../ports/store.ts';
import type { Identity } from './kept-identity.ts';

export interface DeploymentCopy {
  readonly deployment: string;
  readonly accepted: readonly Omit<AcceptedRevision, 'deployment'>[];
  readonly record: KeptRecord;
  /** Every document that is named above: see `withDocuments`. */
  readonly documents: readonly Pick<AcceptedDocument, 'hash' | 'body'>[];
}

/** Numbers up to which an event or a status may have been told, and the last event that was acknowledged by then. */
export interface ToldNumbers {
  readonly events: number;
  readonly statuses: number;
  readonly acknowledged: number;
}

const acceptedEntries = {
  deployment: v.string(),
  accepted: v.array(
    v.object({
      source: v.string(),
      revision: v.number(),
      hash: v.string(),
      origin: v.exactOptional(v.literal('local')),
    }),
  ),
  documents: v.array(v.object({ hash: v.string(), body: v.string() })),
};
const acceptedSchema = v.object(acceptedEntries);

/** A change to a field of `KeptRecord` is one of this shape too. */
export const COPY: Shape<DeploymentCopy> = {
  schema: v.object({ ...acceptedEntries, record: keptSchema }),
  upgrades: [],
};

export const NUMBERS: Shape<ToldNumbers> = {
  schema: v.object({ events: v.number(), statuses: v.number(), acknowledged: v.number() }),
  upgrades: [],
};

export const IDENTITY: Shape<Identity> = {
  schema: v.object({ device: v.string(), topicPrefix: v.string(), hostName: v.nullable(v.string()) }),
  upgrades: [],
};

export const SEEN: Shape<Seen> = {
  schema: v.object({
    engine: v.nullable(v.string()),
    engineChange: v.nullable(v.object({ from: v.string(), to: v.string(), at: timestampSchema })),
    findings: v.record(v.string(), timestampSchema),
  }),
  upgrades: [],
};

/** Topics at the broker that hold something of the device besides its reports. */
export const RETAINED: Shape<{ readonly topics: readonly string[] }> = {
  schema: v.object({ topics: v.array(v.string()) }),
  upgrades: [],
};

/** Whether two say the same in the fields that this agent knows: a newer one may have written others beside them. */
export function isSameCopy(one: DeploymentCopy, other: DeploymentCopy): boolean {
  return isSameIn(COPY.schema, one, other);
}

/** Of a copy that cannot be read whole: what was accepted, and what can be read of the record. `null` without the first. */
export function copyInPart(fields: StoredFields): DeploymentCopy | null {
  const { record } = fields;
  if (!v.is(acceptedSchema, fields)) return null;
  const { deployment, accepted, documents } = fields;
  return { deployment, accepted, record: salvageKept(record), documents };
}

/**
 * What of a copy can be acted on: a database takes no name of a document that is not there. `null` where nothing that was
 * accepted is left.
 */
export function withDocuments(copy: DeploymentCopy): DeploymentCopy | null {
  const hashes = new Set(copy.documents.map(({ hash }) => hash));
  const isThere = (named: { readonly hash: string } | null): boolean =>
    named === null || hashes.has(named.hash);
  const { proven, previous } = copy.record;
  if ([...copy.accepted, proven, previous].every(isThere)) return copy;
  const accepted = copy.accepted.filter(isThere);
  if (accepted.length === 0) return null;
  const record = {
    ...copy.record,
    proven: isThere(proven) ? proven : null,
    previous: isThere(previous) ? previous : null,
  };
  return { ...copy, accepted, record };
}

// A deployment's record as it is stored, and back. The record says its version; one that says none is of version 1.
import { type DeploymentRecord, EMPTY_RECORD } from '../record.ts';
import { salvageKept } from './kept-record.ts';
import { recordSchema } from './record-schema.ts';
import { currentVersion, fieldsOf, readVersioned, type Shape } from './versioned.ts';

const SHAPE: Shape<DeploymentRecord> = { schema: recordSchema, upgrades: [] };

export const RECORD_VERSION = currentVersion(SHAPE);

/** Why a record was read in part. */
export interface RecordLoss {
  readonly code: 'damaged' | 'newer';
  readonly message: string;
}

export interface ReadRecord {
  readonly record: DeploymentRecord;
  /** `null` where it was read whole. */
  readonly loss: RecordLoss | null;
}

/** A JSON value. */
export function encodeRecord(record: DeploymentRecord): object {
  return { v: RECORD_VERSION, ...record };
}

/**
 * The record that a stored JSON value is. Of one that this agent cannot read, what a rebuilt record must know goes on,
 * and the rest begins anew.
 */
export function decodeRecord(stored: unknown): ReadRecord {
  const { v: version = 1, ...fields } = fieldsOf(stored);
  const reading = readVersioned(SHAPE, version, fields);
  if (reading.ok) return { record: reading.value, loss: null };
  const { code, message } = reading;
  return { record: { ...EMPTY_RECORD, ...salvageKept(fields) }, loss: { code, message } };
}

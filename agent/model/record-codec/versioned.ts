// Values that are stored with a version of their shape, and read by agents that know another one.
//
// read by an agent that knows     what comes of it
// the same version                the value, where it passes the schema
// a later one                     the upgrades from version to version, then the schema
// an earlier one                  `newer`: the reader takes from the fields what it can rely on
//
// A version is raised when an agent that does not know of the change would misread the value. A field that comes to
// mean something else gets another name, so that an earlier agent finds it missing and not changed.
import * as v from 'valibot';

export type StoredFields = Readonly<Record<string, unknown>>;

/** Makes of the fields of one version those of the next. Pure; never changed once it is released. */
export type Upgrade = (fields: StoredFields) => StoredFields;

/** How a kind of value is stored now, and how it was before. */
export interface Shape<T> {
  readonly schema: v.GenericSchema<T>;
  /** `upgrades[n]` leads from version n + 1 to n + 2. */
  readonly upgrades: readonly Upgrade[];
}

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: 'damaged' | 'newer';
      readonly message: string;
      /** What was stored, unchecked. */
      readonly fields: StoredFields;
    };

/** The version in which a shape is written. */
export function currentVersion<T>({ upgrades }: Shape<T>): number {
  return upgrades.length + 1;
}

/** Fields that were stored as `version`, as a value of today. Unknown fields pass. */
export function readVersioned<T>(shape: Shape<T>, version: unknown, fields: StoredFields): Reading<T> {
  const known = currentVersion(shape);
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1)
    return { ok: false, code: 'damaged', message: 'it has no version', fields };
  if (version > known) {
    const message = `it is of version ${version}, this agent knows up to ${known}: a newer one wrote it`;
    return { ok: false, code: 'newer', message, fields };
  }
  const upgraded = upgradeFrom(version, shape.upgrades, fields);
  if (v.is(shape.schema, upgraded)) return { ok: true, value: upgraded };
  const message = `it is not of the shape of version ${version}: ${faultIn(shape.schema, upgraded)}`;
  return { ok: false, code: 'damaged', message, fields };
}

/** `null` where an upgrade met what its version never was. */
function upgradeFrom(version: number, upgrades: readonly Upgrade[], fields: StoredFields): unknown {
  try {
    return upgrades.slice(version - 1).reduce((value, upgrade) => upgrade(value), fields);
  } catch {
    return null;
  }
}

/** Whether two values of a shape say the same in the fields that the schema has. */
export function isSameIn<T>(schema: v.GenericSchema<T>, one: T, other: T): boolean {
  // Parsed, they have no other fields, and the same order of them.
  return JSON.stringify(v.parse(schema, one)) === JSON.stringify(v.parse(schema, other));
}

/** An object's fields; none of anything else. */
export function fieldsOf(value: unknown): StoredFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The path alone: what stands there may be anything. */
function faultIn(schema: v.GenericSchema<unknown>, value: unknown): string {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  return (issues?.[0] === undefined ? null : v.getDotPath(issues[0])) ?? 'the whole';
}

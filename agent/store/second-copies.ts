// Second copies: what must outlive a database that is damaged, in one small file per deployment, `documents/NAME.json`.
//
// A copy is durable before the transaction commits that it belongs to, and that before anything acts on it. So
// one that differs from a sound database is never older: a crash came between, or the database lost its last
// commits. Either way the copy is right: what was not acknowledged yet the broker sends again.
//
// a copy of an earlier version      is upgraded, and written anew
// of a newer agent, or no version   is read in part: it adds what the database does not know, and puts nothing right
// that lacks a document it names    is read in part too, without what names it
// that is damaged                   counts as none, and is written anew
// Tested in test/agent/store/sqlite-store.test.ts.
import * as v from 'valibot';
import {
  currentVersion,
  fieldsOf,
  readVersioned,
  type Shape,
  type StoredFields,
} from '../model/record-codec/versioned.ts';
import type { Seen } from '../ports/store.ts';
import {
  COPY,
  copyInPart,
  type DeploymentCopy,
  IDENTITY,
  NUMBERS,
  RETAINED,
  SEEN,
  type ToldNumbers,
  withDocuments,
} from './copy-shapes.ts';
import { type DataFiles, replaceFile } from './data-files.ts';
import type { Identity } from './kept-identity.ts';
import { seal, unseal } from './sealed.ts';

const COPY_NAME = /^documents\/[^/]+\.json$/;
const NUMBERS_NAME = 'documents/numbers';
const IDENTITY_NAME = 'documents/identity';
const SEEN_NAME = 'documents/seen';
const RETAINED_NAME = 'documents/retained';

/** A copy as it was read. */
export interface ReadCopy {
  readonly copy: DeploymentCopy;
  /** `false`: it is of a newer agent, or not of the shape that its version says, and was read in part. */
  readonly isWhole: boolean;
}

export class SecondCopies {
  readonly #files: DataFiles;
  readonly #sealed = new Map<string, string>();

  constructor(files: DataFiles) {
    this.#files = files;
  }

  /** Durable on return. Throws `StoreBlocked`. */
  save(copy: DeploymentCopy): void {
    const sealed = sealAs(COPY, copy);
    if (this.#sealed.get(copy.deployment) === sealed) return;
    this.#sealed.delete(copy.deployment);
    replaceFile(this.#files, nameOf(copy.deployment), Buffer.from(sealed));
    this.#sealed.set(copy.deployment, sealed);
  }

  remove(deployments: readonly string[]): void {
    for (const deployment of deployments) {
      this.#sealed.delete(deployment);
      this.#files.remove(nameOf(deployment));
    }
    if (deployments.length > 0) this.#files.syncNames();
  }

  /** Whether there is anything of them, be it damaged. */
  exist(): boolean {
    return this.#files.list().some((name) => COPY_NAME.test(name) || name === NUMBERS_NAME);
  }

  /** All that can be read. */
  all(): ReadCopy[] {
    const names = this.#files.list().filter((name) => COPY_NAME.test(name));
    return names.map((name) => this.#read(name)).filter((copy) => copy !== null);
  }

  #read(name: string): ReadCopy | null {
    const stored = readSealed(this.#files, name);
    if (stored === null) return null;
    const reading = readVersioned(COPY, stored.version, stored.fields);
    const stated = reading.ok ? reading.value : copyInPart(reading.fields);
    const copy = stated === null ? null : withDocuments(stated);
    if (copy === null || nameOf(copy.deployment) !== name) return null;
    this.#sealed.set(copy.deployment, stored.text);
    return { copy, isWhole: reading.ok && copy === stated };
  }

  /** `null` when none were written, or nobody can read them. */
  readNumbers(): ToldNumbers | null {
    return readFlat(this.#files, NUMBERS_NAME, NUMBERS);
  }

  readIdentity(): Identity | null {
    return readIdentity(this.#files);
  }

  /** Durable on return. Throws `StoreBlocked`. */
  writeIdentity(identity: Identity): void {
    replaceFile(this.#files, IDENTITY_NAME, Buffer.from(sealAs(IDENTITY, identity)));
  }

  readSeen(): Seen | null {
    return readFlat(this.#files, SEEN_NAME, SEEN);
  }

  /** Durable on return. Throws `StoreBlocked`. */
  writeSeen(seen: Seen): void {
    replaceFile(this.#files, SEEN_NAME, Buffer.from(sealAs(SEEN, seen)));
  }

  /** None where none were written, or nobody can read them. */
  readRetained(): readonly string[] {
    return readFlat(this.#files, RETAINED_NAME, RETAINED)?.topics ?? [];
  }

  /** Durable on return. Throws `StoreBlocked`. */
  writeRetained(topics: readonly string[]): void {
    replaceFile(this.#files, RETAINED_NAME, Buffer.from(sealAs(RETAINED, { topics })));
  }

  /** Durable on return. Throws `StoreBlocked`. */
  writeNumbers(numbers: ToldNumbers): void {
    replaceFile(this.#files, NUMBERS_NAME, Buffer.from(sealAs(NUMBERS, numbers)));
  }
}

/** Of the device whose directory it is; `null` when none was kept, or nobody can read it. */
export function readIdentity(files: Pick<DataFiles, 'read'>): Identity | null {
  return readFlat(files, IDENTITY_NAME, IDENTITY);
}

function nameOf(deployment: string): string {
  return `documents/${deployment}.json`;
}

function sealAs<T extends object>(shape: Shape<T>, value: T): string {
  return seal({ schema: currentVersion(shape), ...value });
}

/** One of a newer agent is taken too where it has the fields of today. */
function readFlat<T>(files: Pick<DataFiles, 'read'>, name: string, shape: Shape<T>): T | null {
  const stored = readSealed(files, name);
  if (stored === null) return null;
  const reading = readVersioned(shape, stored.version, stored.fields);
  if (reading.ok) return reading.value;
  return v.is(shape.schema, reading.fields) ? reading.fields : null;
}

interface Stored {
  readonly text: string;
  readonly version: unknown;
  readonly fields: StoredFields;
}

/** `null` for one that is damaged. */
function readSealed(files: Pick<DataFiles, 'read'>, name: string): Stored | null {
  const text = files.read(name)?.toString();
  if (text === undefined) return null;
  try {
    const { schema: version, ...fields } = fieldsOf(unseal(text));
    return { text, version, fields };
  } catch {
    return null;
  }
}

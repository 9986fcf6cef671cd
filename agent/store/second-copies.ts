// Second copies: what must outlive a database that is damaged, in one small file per deployment, `documents/NAME.json`.
//
// A copy is durable before the transaction commits that it belongs to, and that before anything acts on it. So
// one that differs from a sound database is never older: a crash came between, or the database lost its last
// commits. Either way the copy is right: what was not acknowledged yet the broker sends again.

import type { DeploymentRecord } from '../model/record.ts';
import type { AcceptedDocument, Source } from '../ports/store.ts';
import { type DataFiles, replaceFile } from './data-files.ts';
import type { Identity } from './kept-identity.ts';
import { seal, unseal } from './sealed.ts';

const COPY = /^documents\/[^/]+\.json$/;
const NUMBERS = 'documents/numbers';
const IDENTITY = 'documents/identity';
const SCHEMA = 1;

/** Of a record, what a rebuilt one must know: what to go back to, what not to try again, and what not to do again. */
export type KeptRecord = Pick<DeploymentRecord, 'proven' | 'previous' | 'barred' | 'completed'>;

export interface DeploymentCopy {
  readonly deployment: string;
  readonly accepted: readonly { readonly source: Source; readonly revision: number; readonly hash: string }[];
  readonly record: KeptRecord;
  /** Every document that is named above. */
  readonly documents: readonly Pick<AcceptedDocument, 'hash' | 'body'>[];
}

/** Numbers up to which an event or a status may have been told, and the last event that was acknowledged by then. */
export interface ToldNumbers {
  readonly events: number;
  readonly statuses: number;
  readonly acknowledged: number;
}

export class SecondCopies {
  readonly #files: DataFiles;
  readonly #sealed = new Map<string, string>();

  constructor(files: DataFiles) {
    this.#files = files;
  }

  /** Durable on return. Throws `StoreBlocked`. */
  save(copy: DeploymentCopy): void {
    const sealed = seal({ schema: SCHEMA, ...copy });
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
    return this.#files.list().some((name) => COPY.test(name) || name === NUMBERS);
  }

  /** All that can be read and are whole. */
  all(): DeploymentCopy[] {
    const names = this.#files.list().filter((name) => COPY.test(name));
    return names.map((name) => this.#read(name)).filter((copy) => copy !== null);
  }

  #read(name: string): DeploymentCopy | null {
    const copy = readSealed<DeploymentCopy>(this.#files, name);
    if (copy === null || nameOf(copy.deployment) !== name) return null;
    this.#sealed.set(copy.deployment, seal({ schema: SCHEMA, ...copy }));
    return copy;
  }

  /** `null` when none were written, or nobody can read them. */
  readNumbers(): ToldNumbers | null {
    return readSealed<ToldNumbers>(this.#files, NUMBERS);
  }

  readIdentity(): Identity | null {
    return readIdentity(this.#files);
  }

  /** Durable on return. Throws `StoreBlocked`. */
  writeIdentity(identity: Identity): void {
    replaceFile(this.#files, IDENTITY, Buffer.from(seal({ schema: SCHEMA, ...identity })));
  }

  /** Durable on return. Throws `StoreBlocked`. */
  writeNumbers(numbers: ToldNumbers): void {
    replaceFile(this.#files, NUMBERS, Buffer.from(seal({ schema: SCHEMA, ...numbers })));
  }
}

/** Of the device whose directory it is; `null` when none was kept, or nobody can read it. */
export function readIdentity(files: Pick<DataFiles, 'read'>): Identity | null {
  return readSealed<Identity>(files, IDENTITY);
}

function nameOf(deployment: string): string {
  return `documents/${deployment}.json`;
}

/** `null` for one that is damaged, and for one of a newer agent. */
function readSealed<T extends object>(files: Pick<DataFiles, 'read'>, name: string): T | null {
  const bytes = files.read(name);
  if (bytes === null) return null;
  try {
    const { schema, ...value } = unseal<T & { schema: number }>(bytes.toString());
    // Sound because the seal and the schema say that this room wrote it.
    return schema === SCHEMA ? (value as unknown as T) : null;
  } catch {
    return null;
  }
}

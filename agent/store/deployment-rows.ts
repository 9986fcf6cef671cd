// What managers asked and what became of it: documents, refusals, records, removals.
// Tested in test/agent/store/sqlite-store.test.ts.
import { type Refusal, refusalSchema } from '../../protocol/reports/status.ts';
import { type DeploymentRecord, EMPTY_RECORD } from '../model/record.ts';
import { isSameKept, keptOf } from '../model/record-codec/kept-record.ts';
import {
  decodeRecord,
  encodeRecord,
  type ReadRecord,
  type RecordLoss,
} from '../model/record-codec/record-codec.ts';
import type { AcceptedDocument, AcceptedRevision } from '../ports/store.ts';
import { type DeploymentCopy, isSameCopy } from './copy-shapes.ts';
import type { SqlDatabase } from './database.ts';
import { inTransaction, readBody } from './rows.ts';
import { seal, unseal } from './sealed.ts';
import type { ReadCopy, SecondCopies } from './second-copies.ts';
import { isOfShape } from './stored-shape.ts';

const REFUSED_DEPLOYMENTS = 200;
/** Removed deployments of which a stale revision is still known; the longest removed are forgotten first. */
const REMOVED_DEPLOYMENTS = 100;

/** A record of which only what a rebuilt one must know could be read. */
export interface LostRecord extends RecordLoss {
  readonly deployment: string;
}

export class DeploymentRows {
  readonly #db: SqlDatabase;
  readonly #copies: SecondCopies;
  /** What the copy of each deployment says of its record, so that few records lead to a copy. */
  readonly #keptRecords = new Map<string, string>();

  constructor(db: SqlDatabase, copies: SecondCopies) {
    this.#db = db;
    this.#copies = copies;
  }

  acceptDocument({ body, ...accepted }: AcceptedDocument): void {
    const { deployment, hash } = accepted;
    inTransaction(this.#db, () => {
      this.#db.run('INSERT INTO documents (hash, body) VALUES (?, ?) ON CONFLICT DO NOTHING', hash, body);
      this.#putAccepted(accepted);
      this.#dropUnusedDocuments();
      this.#saveCopy(deployment);
    });
  }

  /** Of the device's own documents, or of all: from now on any revision of theirs counts as newer. */
  outdateRevisions(whose: 'own' | 'all'): void {
    const sources = whose === 'own' ? " AND source = 'device'" : '';
    inTransaction(this.#db, () => {
      const outdated = this.#db.all<{ deployment: string }>(
        `UPDATE accepted SET revision = 0 WHERE revision > 0${sources} RETURNING deployment`,
      );
      for (const { deployment } of outdated) this.#saveCopy(deployment);
    });
  }

  #dropUnusedDocuments(): void {
    this.#db.run(
      'DELETE FROM documents WHERE hash NOT IN (SELECT hash FROM accepted) ' +
        'AND hash NOT IN (SELECT proven_hash FROM records WHERE proven_hash IS NOT NULL) ' +
        'AND hash NOT IN (SELECT previous_hash FROM records WHERE previous_hash IS NOT NULL)',
    );
  }

  acceptedRevisions(deployment: string): AcceptedRevision[] {
    const rows = this.#db.all<AcceptedRevision & { origin: unknown }>(
      'SELECT deployment, source, revision, hash, origin FROM accepted WHERE deployment = ? ORDER BY source',
      deployment,
    );
    return rows.map(({ origin, ...accepted }) => ({ ...accepted, ...originIn(origin) }));
  }

  deploymentNames(): string[] {
    return this.#db
      .all<{ deployment: string }>('SELECT DISTINCT deployment FROM accepted ORDER BY deployment')
      .map((row) => row.deployment);
  }

  activeDeployments(): string[] {
    return this.#db
      .all<{ deployment: string }>(
        'SELECT DISTINCT deployment FROM accepted WHERE deployment NOT IN (SELECT deployment FROM removed) ORDER BY deployment',
      )
      .map((row) => row.deployment);
  }

  noteRemoved(deployment: string): string[] {
    return inTransaction(this.#db, () => {
      // Not left to a conflict, which uses up a number and so writes.
      this.#db.run(
        'INSERT INTO removed (deployment) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM removed WHERE deployment = ?)',
        deployment,
        deployment,
      );
      const tooMany = this.#db
        .all<{ deployment: string }>(
          'SELECT deployment FROM removed ORDER BY number DESC LIMIT -1 OFFSET ?',
          REMOVED_DEPLOYMENTS,
        )
        .map((row) => row.deployment);
      for (const name of tooMany)
        for (const table of ['removed', 'accepted', 'records', 'refusals', 'statuses'])
          this.#db.run(`DELETE FROM ${table} WHERE deployment = ?`, name);
      this.#dropUnusedDocuments();
      this.#copies.remove(tooMany);
      return tooMany;
    });
  }

  keptDocuments(): string[] {
    return this.#db.all<{ body: string }>('SELECT body FROM documents').map(({ body }) => body);
  }

  documentBody(hash: string): string | null {
    return this.#db.all<{ body: string }>('SELECT body FROM documents WHERE hash = ?', hash)[0]?.body ?? null;
  }

  readRefusal(deployment: string): Refusal | null {
    const body = readBody(this.#db, 'SELECT body FROM refusals WHERE deployment = ?', deployment);
    const refusal: unknown = body === null ? null : JSON.parse(body);
    return isOfShape(refusalSchema, refusal) ? refusal : null;
  }

  writeRefusal(deployment: string, refusal: Refusal): void {
    const others =
      this.#db.all<{ n: number }>('SELECT count(*) AS n FROM refusals WHERE deployment <> ?', deployment)[0]
        ?.n ?? 0;
    // Anybody who may publish can name a deployment: their number must not grow without a bound.
    if (others >= REFUSED_DEPLOYMENTS) {
      this.#db.run('DELETE FROM refusals WHERE deployment NOT IN (SELECT deployment FROM accepted)');
      this.#db.run('DELETE FROM statuses WHERE deployment NOT IN (SELECT deployment FROM accepted)');
    }
    this.#db.run(
      'INSERT INTO refusals (deployment, body) VALUES (?, ?) ON CONFLICT (deployment) DO UPDATE SET body = excluded.body ' +
        'WHERE body IS NOT excluded.body',
      deployment,
      JSON.stringify(refusal),
    );
  }

  readRecord(deployment: string): DeploymentRecord | null {
    return this.#decode(deployment)?.record ?? null;
  }

  #decode(deployment: string): ReadRecord | null {
    const body = readBody(this.#db, 'SELECT body FROM records WHERE deployment = ?', deployment);
    return body === null ? null : decodeRecord(unseal(body));
  }

  writeRecord(deployment: string, record: DeploymentRecord): void {
    inTransaction(this.#db, () => {
      this.#putRecord(deployment, record);
      this.#dropUnusedDocuments();
      if (this.#keptRecords.get(deployment) !== JSON.stringify(keptOf(record))) this.#saveCopy(deployment);
    });
  }

  /**
   * Takes over what second copies know and the tables do not, and writes the copies that are missing. Records that
   * could be read in part alone, as `lostRecords` has them, are written as they were read. Answers with the deployments
   * of which the copies knew better. Throws `StoreBlocked`.
   */
  adoptCopies(lost: readonly LostRecord[]): string[] {
    return inTransaction(this.#db, () => {
      for (const { deployment } of lost)
        this.#putRecord(deployment, this.readRecord(deployment) ?? EMPTY_RECORD);
      const changed = this.#copies.all().filter((copy) => this.#adopt(copy));
      this.#dropUnusedDocuments();
      for (const deployment of this.deploymentNames()) this.#saveCopy(deployment);
      return changed.map(({ copy }) => copy.deployment);
    });
  }

  /** Those that can be read in part alone. */
  lostRecords(): LostRecord[] {
    const rows = this.#db.all<{ deployment: string }>('SELECT deployment FROM records ORDER BY deployment');
    return rows.flatMap(({ deployment }) => {
      const loss = this.#decode(deployment)?.loss ?? null;
      return loss === null ? [] : [{ deployment, ...loss }];
    });
  }

  #adopt({ copy, isWhole }: ReadCopy): boolean {
    const { deployment, accepted, record, documents } = copy;
    if (!isWhole && this.acceptedRevisions(deployment).length > 0) return false;
    if (isSameCopy(this.#copyOf(deployment), copy)) return false;
    for (const { hash, body } of documents)
      this.#db.run(
        'INSERT INTO documents (hash, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body ' +
          'WHERE body IS NOT excluded.body',
        hash,
        body,
      );
    for (const document of accepted) this.#putAccepted({ deployment, ...document });
    // Where the last commits were lost, so may ids of containers be: they are looked for anew.
    const known = this.readRecord(deployment) ?? EMPTY_RECORD;
    const { own: _own, completed: _completed, pause: _pause, ...before } = known;
    if (!isSameKept(keptOf(known), record))
      this.#putRecord(deployment, { ...before, ...record, attempt: null });
    return true;
  }

  #copyOf(deployment: string): DeploymentCopy {
    const accepted = this.acceptedRevisions(deployment).map(({ deployment: _, ...named }) => named);
    const record = keptOf(this.readRecord(deployment) ?? EMPTY_RECORD);
    const hashes = [...accepted, record.proven, record.previous].map((named) => named?.hash);
    const documents = [...new Set(hashes)].flatMap((hash) => {
      const body = hash === undefined ? null : this.documentBody(hash);
      return hash === undefined || body === null ? [] : [{ hash, body }];
    });
    return { deployment, accepted, record, documents };
  }

  #saveCopy(deployment: string): void {
    const copy = this.#copyOf(deployment);
    this.#keptRecords.delete(deployment);
    this.#copies.save(copy);
    this.#keptRecords.set(deployment, JSON.stringify(copy.record));
  }

  #putAccepted({ deployment, source, revision, hash, origin }: AcceptedRevision): void {
    this.#db.run(
      'INSERT INTO accepted (deployment, source, revision, hash, origin) VALUES (?, ?, ?, ?, ?) ' +
        'ON CONFLICT (deployment, source) DO UPDATE SET revision = excluded.revision, hash = excluded.hash, ' +
        'origin = excluded.origin ' +
        'WHERE hash IS NOT excluded.hash OR revision IS NOT excluded.revision OR origin IS NOT excluded.origin',
      deployment,
      source,
      revision,
      hash,
      origin ?? null,
    );
    this.#db.run('DELETE FROM refusals WHERE deployment = ?', deployment);
    this.#db.run('DELETE FROM removed WHERE deployment = ?', deployment);
  }

  #putRecord(deployment: string, record: DeploymentRecord): void {
    this.#db.run(
      'INSERT INTO records (deployment, proven_hash, previous_hash, body) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT (deployment) DO UPDATE SET proven_hash = excluded.proven_hash, ' +
        'previous_hash = excluded.previous_hash, body = excluded.body WHERE body IS NOT excluded.body',
      deployment,
      record.proven?.hash ?? null,
      record.previous?.hash ?? null,
      seal(encodeRecord(record)),
    );
  }
}

/** Another word is of a newer agent. */
function originIn(stored: unknown): Pick<AcceptedRevision, 'origin'> {
  return stored === 'local' ? { origin: stored } : {};
}

// SQLite behind the agent's `Store` port: the only room that knows better-sqlite3.

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Reply } from '../../protocol/command.ts';
import type { Event } from '../../protocol/events.ts';
import type { Refusal, Status } from '../../protocol/status.ts';
import type { AcceptedDocument, NewEvent, PendingStatus, Store } from '../ports/store.ts';
import type { DeploymentRecord } from '../reconcile/record.ts';
import { migrations } from './migrations.ts';

/** Set by a release build, where the native addon lies beside the bundle. */
declare const HOLDFAST_SQLITE_BINDING: string | undefined;

/** Some weeks of a device that nobody answers; the oldest are dropped and marked as lost. */
const MAX_EVENTS = 10_000;
const REFUSED_DEPLOYMENTS = 200;
/** A command that comes again after so many others would be carried out again. */
const MAX_COMMANDS = 1000;
const STATUS_SEQ_BLOCK = 100;

export class SqliteStore implements Store {
  readonly #db: Database.Database;
  #statusSeq = 0;
  #statusSeqEnd = 0;

  /** Opens, or creates, `holdfast.db` in `dataDir`. Throws when it cannot be read or is from a newer version. */
  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const file = join(dataDir, 'holdfast.db');
    const binding =
      typeof HOLDFAST_SQLITE_BINDING === 'string' ? { nativeBinding: HOLDFAST_SQLITE_BINDING } : {};
    this.#db = new Database(file, binding);
    // Documents may hold passwords in their environment.
    chmodSync(file, 0o600);
    // WAL writes each change once and in sequence; FULL syncs it before the commit returns, which is the
    // promise that an accepted document survives a power cut.
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.pragma('foreign_keys = ON');
    this.#migrate();
  }

  #migrate(): void {
    const version = Number(this.#db.pragma('user_version', { simple: true }));
    if (version > migrations.length) {
      throw new Error(
        `the database is of schema ${version}, this agent knows up to ${migrations.length}: it was written by a newer one`,
      );
    }
    migrations.slice(version).forEach((sql, index) => {
      this.#db.transaction(() => {
        this.#db.exec(sql);
        this.#db.pragma(`user_version = ${version + index + 1}`);
      })();
    });
  }

  acceptDocument({ deployment, source, revision, hash, body }: AcceptedDocument): void {
    this.#db.transaction(() => {
      this.#run('INSERT INTO documents (hash, body) VALUES (?, ?) ON CONFLICT DO NOTHING', hash, body);
      this.#run(
        'INSERT INTO accepted (deployment, source, revision, hash) VALUES (?, ?, ?, ?) ' +
          'ON CONFLICT (deployment, source) DO UPDATE SET revision = excluded.revision, hash = excluded.hash',
        deployment,
        source,
        revision,
        hash,
      );
      this.#run('DELETE FROM refusals WHERE deployment = ?', deployment);
      this.#dropUnusedDocuments();
    })();
  }

  #dropUnusedDocuments(): void {
    this.#run(
      'DELETE FROM documents WHERE hash NOT IN (SELECT hash FROM accepted) ' +
        'AND hash NOT IN (SELECT proven_hash FROM records WHERE proven_hash IS NOT NULL)',
    );
  }

  acceptedDocuments(deployment: string): AcceptedDocument[] {
    return this.#all<AcceptedDocument>(
      'SELECT deployment, source, revision, hash, body FROM accepted JOIN documents USING (hash) WHERE deployment = ? ORDER BY source',
      deployment,
    );
  }

  deploymentNames(): string[] {
    return this.#all<{ deployment: string }>(
      'SELECT DISTINCT deployment FROM accepted ORDER BY deployment',
    ).map((row) => row.deployment);
  }

  documentBody(hash: string): string | null {
    return this.#all<{ body: string }>('SELECT body FROM documents WHERE hash = ?', hash)[0]?.body ?? null;
  }

  readRefusal(deployment: string): Refusal | null {
    return this.#json<Refusal>('SELECT body FROM refusals WHERE deployment = ?', deployment);
  }

  writeRefusal(deployment: string, refusal: Refusal): void {
    const others =
      this.#all<{ n: number }>('SELECT count(*) AS n FROM refusals WHERE deployment <> ?', deployment)[0]
        ?.n ?? 0;
    // Anybody who may publish can name a deployment: their number must not grow without a bound.
    if (others >= REFUSED_DEPLOYMENTS) {
      this.#run('DELETE FROM refusals WHERE deployment NOT IN (SELECT deployment FROM accepted)');
      this.#run('DELETE FROM statuses WHERE deployment NOT IN (SELECT deployment FROM accepted)');
    }
    this.#run(
      'INSERT INTO refusals (deployment, body) VALUES (?, ?) ON CONFLICT (deployment) DO UPDATE SET body = excluded.body',
      deployment,
      JSON.stringify(refusal),
    );
  }

  readRecord(deployment: string): DeploymentRecord | null {
    return this.#json<DeploymentRecord>('SELECT body FROM records WHERE deployment = ?', deployment);
  }

  writeRecord(deployment: string, record: DeploymentRecord): void {
    this.#db.transaction(() => {
      this.#run(
        'INSERT INTO records (deployment, proven_hash, body) VALUES (?, ?, ?) ' +
          'ON CONFLICT (deployment) DO UPDATE SET proven_hash = excluded.proven_hash, body = excluded.body',
        deployment,
        record.proven?.hash ?? null,
        JSON.stringify(record),
      );
      this.#dropUnusedDocuments();
    })();
  }

  beginCommand(id: string): boolean {
    return this.#db.transaction(() => {
      const { changes, lastInsertRowid } = this.#run(
        'INSERT INTO commands (id) VALUES (?) ON CONFLICT DO NOTHING',
        id,
      );
      if (changes > 0)
        this.#run('DELETE FROM commands WHERE number <= ?', Number(lastInsertRowid) - MAX_COMMANDS);
      return changes > 0;
    })();
  }

  answerCommand(reply: Reply): void {
    this.#run(
      'INSERT INTO commands (id, reply) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET reply = excluded.reply, is_delivered = 0',
      reply.id,
      JSON.stringify(reply),
    );
  }

  unansweredCommands(): string[] {
    return this.#all<{ id: string }>('SELECT id FROM commands WHERE reply IS NULL ORDER BY number').map(
      ({ id }) => id,
    );
  }

  pendingReplies(): Reply[] {
    const rows = this.#all<{ reply: string }>(
      'SELECT reply FROM commands WHERE reply IS NOT NULL AND is_delivered = 0 ORDER BY number LIMIT 100',
    );
    return rows.map(({ reply }) => parseBody<Reply>(reply));
  }

  markReplyDelivered(id: string): void {
    this.#run('UPDATE commands SET is_delivered = 1 WHERE id = ?', id);
  }

  appendEvents(events: readonly NewEvent[], at: string): void {
    this.#db.transaction(() => {
      for (const event of events)
        this.#run('INSERT INTO events (at, body) VALUES (?, ?)', at, JSON.stringify(event));
      this.#dropOldestEvents();
    })();
  }

  #dropOldestEvents(): void {
    const newest = this.#all<{ seq: number | null }>('SELECT max(seq) AS seq FROM events')[0]?.seq ?? 0;
    const { changes } = this.#run('DELETE FROM events WHERE seq <= ?', newest - MAX_EVENTS);
    if (changes > 0) this.#setCounter('events_lost_to', newest - MAX_EVENTS);
  }

  pendingEvents(limit: number): Event[] {
    return this.#all<{ seq: number; at: string; body: string }>(
      'SELECT seq, at, body FROM events ORDER BY seq LIMIT ?',
      limit,
    ).map(({ seq, at, body }) => ({ ...parseBody<NewEvent>(body), seq, at }));
  }

  countEvents(): number {
    return this.#all<{ n: number }>('SELECT count(*) AS n FROM events')[0]?.n ?? 0;
  }

  lostEvents(): { from: number; to: number } | null {
    const to = this.#counter('events_lost_to');
    const acknowledged = this.#counter('events_acknowledged');
    return to > acknowledged ? { from: acknowledged + 1, to } : null;
  }

  acknowledgeEvents(upToSeq: number): void {
    this.#db.transaction(() => {
      this.#run('DELETE FROM events WHERE seq <= ?', upToSeq);
      this.#setCounter('events_acknowledged', upToSeq);
    })();
  }

  nextStatusSeq(): number {
    if (this.#statusSeq >= this.#statusSeqEnd) {
      // Reserved by the block: a number that was told is never told again, and few are written.
      this.#statusSeq = this.#counter('status_seq');
      this.#statusSeqEnd = this.#statusSeq + STATUS_SEQ_BLOCK;
      this.#setCounter('status_seq', this.#statusSeqEnd);
    }
    this.#statusSeq += 1;
    return this.#statusSeq;
  }

  saveStatus(status: Status): void {
    this.#run(
      'INSERT INTO statuses (deployment, seq, body) VALUES (?, ?, ?) ON CONFLICT (deployment) DO UPDATE SET seq = excluded.seq, body = excluded.body',
      status.deployment,
      status.seq,
      JSON.stringify(status),
    );
  }

  latestStatus(deployment: string): Status | null {
    return this.#json<Status>('SELECT body FROM statuses WHERE deployment = ?', deployment);
  }

  pendingStatuses(): PendingStatus[] {
    return this.#all<PendingStatus>(
      'SELECT deployment, seq, body FROM statuses WHERE seq > delivered_seq ORDER BY seq DESC',
    );
  }

  markStatusDelivered(deployment: string, seq: number): void {
    this.#run(
      'UPDATE statuses SET delivered_seq = ? WHERE deployment = ? AND delivered_seq < ?',
      seq,
      deployment,
      seq,
    );
  }

  close(): void {
    this.#db.close();
  }

  #run(sql: string, ...values: (string | number | null)[]): Database.RunResult {
    return this.#db.prepare(sql).run(...values);
  }

  /** Rows as the statement's columns say: the one place where SQLite's answers get their type. */
  #all<Row>(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#db.prepare<(string | number | null)[], Row>(sql).all(...values);
  }

  #json<T>(sql: string, ...values: string[]): T | null {
    const row = this.#all<{ body: string }>(sql, ...values)[0];
    return row === undefined ? null : parseBody<T>(row.body);
  }

  #counter(name: string): number {
    return this.#all<{ value: number }>('SELECT value FROM counters WHERE name = ?', name)[0]?.value ?? 0;
  }

  #setCounter(name: string, value: number): void {
    this.#run(
      'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      value,
    );
  }
}

/** JSON that this room itself wrote, of the type it wrote. */
function parseBody<T>(body: string): T {
  const value: T = JSON.parse(body);
  return value;
}

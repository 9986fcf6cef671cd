// SQLite behind the agent's `Store` port: the tables put together, and what becomes of each write on a disk that takes nothing.
//
// what                                   where the disk takes nothing: it is full, read-only or failing
// documents, records, commands, pulls,   throws `StoreBlocked`: nothing acts on what is not stored
// retained topics
// events                                 are lost, and the gap in their numbers tells it
// all else                               is held in memory, and written when it does
//
// what was stored, and cannot be read    what becomes of it
// anything, with another checksum, or    the database is set aside, and built anew from the second copies
// a document that is no JSON
// a record of a newer agent, or not of   what it proved, barred and completed goes on, the rest begins anew, and it is
// the shape that its version says        told as `store_recovered`
// a status or a refusal of no shape of   counts as none: it is told anew
// today's
// a reply of no shape of today's         a failure is answered in its place
// an event that cannot be read           is passed over, and the gap in the numbers tells that it is lost
import type { Reply } from '../../protocol/operations/command.ts';
import type { Event, EventOf, NewEvent } from '../../protocol/reports/events.ts';
import type { Refusal, Status } from '../../protocol/reports/status.ts';
import type { PulledImage } from '../model/pulled-image.ts';
import type { DeploymentRecord } from '../model/record.ts';
import {
  type AcceptedDocument,
  type AcceptedRevision,
  type EventJournal,
  type PendingStatus,
  type Seen,
  type Store,
  StoreBlocked,
} from '../ports/store.ts';
import { CommandRows } from './command-rows.ts';
import type { ToldNumbers } from './copy-shapes.ts';
import type { SqlDatabase } from './database.ts';
import { DeploymentRows, type LostRecord } from './deployment-rows.ts';
import { EventRows, OUTBOX_BYTES, withRoom } from './event-rows.ts';
import { HeldWrites } from './held-writes.ts';
import { ImageRows } from './image-rows.ts';
import { compareIdentity, type Identity } from './kept-identity.ts';
import { NumberCeiling } from './number-ceiling.ts';
import type { SecondCopies } from './second-copies.ts';
import { StatusRows } from './status-rows.ts';

export interface StoreOptions {
  /** What the events that wait may take. */
  readonly outboxBytes?: number;
  /** As `Store.verifyPlace`. */
  readonly verifyPlace?: () => void;
}

export class SqliteStore implements Store {
  readonly #db: SqlDatabase;
  readonly #copies: SecondCopies;
  readonly #deployments: DeploymentRows;
  readonly #commands: CommandRows;
  readonly #events: EventRows;
  readonly #statuses: StatusRows;
  readonly #images: ImageRows;
  readonly #ceiling: NumberCeiling;
  readonly #held = new HeldWrites<null>();
  readonly #refusals = new HeldWrites<Refusal>();
  readonly #replies = new HeldWrites<Reply>();
  #recovery: EventOf<'store_recovered'> | null = null;
  readonly verifyPlace: () => void;

  /** Takes over a database of this version's schema, and the second copies that belong to it. */
  constructor(
    database: SqlDatabase,
    copies: SecondCopies,
    { outboxBytes = OUTBOX_BYTES, verifyPlace = () => undefined }: StoreOptions = {},
  ) {
    this.#db = database;
    this.#copies = copies;
    this.verifyPlace = verifyPlace;
    this.#deployments = new DeploymentRows(database, copies);
    this.#commands = new CommandRows(database);
    this.#events = new EventRows(database, outboxBytes);
    this.#statuses = new StatusRows(database);
    this.#images = new ImageRows(database);
    this.#ceiling = new NumberCeiling(copies, () => this.#told());
  }

  #told(): ToldNumbers {
    return {
      events: this.#events.lastSeq,
      statuses: this.#statuses.lastSeq,
      acknowledged: this.#events.acknowledgedSeq(),
    };
  }

  /** As `DeploymentRows.lostRecords`. */
  lostRecords(): LostRecord[] {
    return this.#deployments.lostRecords();
  }

  /** As `DeploymentRows.adoptCopies`. */
  adoptCopies(lost: readonly LostRecord[]): string[] {
    return this.#deployments.adoptCopies(lost);
  }

  /** Has numbers at hand for statuses that are to be told while the disk is full. */
  prepareNumbers(): void {
    this.#orLose(() => this.#statuses.prepareNumbers());
  }

  /** Looks through all of the database, for some ten milliseconds; `null` when it is sound. */
  findDamage(): string | null {
    const [first] = this.#db.all<{ quick_check: string }>('PRAGMA quick_check(1)');
    return first?.quick_check === 'ok' ? null : (first?.quick_check ?? 'no answer');
  }

  /** Tells of a recovery as an event. */
  noteRecovery(recovery: EventOf<'store_recovered'>, at: string): void {
    this.#recovery = recovery;
    this.appendEvents([recovery], at);
  }

  /** What was told of the database before this one; `null` when it is the same as at the last start. */
  get recovery(): EventOf<'store_recovered'> | null {
    return this.#recovery;
  }

  /**
   * Keeps who the device is from this start on. Where it was another before, the documents that it has go on, and
   * any revision on its new topics counts as newer; answers with the events that tell it. Throws `StoreBlocked`.
   */
  keepIdentity(now: Identity, at: string): readonly NewEvent[] {
    const before = this.#copies.readIdentity();
    const { outdated, events } = compareIdentity(before, now);
    if (outdated !== 'none') this.#deployments.outdateRevisions(outdated);
    if (events.length > 0) this.appendEvents(events, at);
    if (JSON.stringify(before) !== JSON.stringify(now)) this.#copies.writeIdentity(now);
    return events;
  }

  readSeen(): Seen | null {
    return this.#copies.readSeen();
  }

  writeSeen(seen: Seen): void {
    this.#copies.writeSeen(seen);
  }

  acceptDocument(document: AcceptedDocument): void {
    withRoom(this.#events, () => {
      this.#refusals.flush();
      this.#held.flush();
      this.#deployments.acceptDocument(document);
    });
  }

  acceptedRevisions(deployment: string): AcceptedRevision[] {
    return this.#deployments.acceptedRevisions(deployment);
  }

  deploymentNames(): string[] {
    return this.#deployments.deploymentNames();
  }

  activeDeployments(): string[] {
    return this.#deployments.activeDeployments();
  }

  noteRemoved(deployment: string): string[] {
    let forgotten: string[] = [];
    this.#held.write(`removed ${deployment}`, null, () => {
      forgotten = this.#deployments.noteRemoved(deployment);
    });
    return forgotten;
  }

  keptDocuments(): string[] {
    return this.#deployments.keptDocuments();
  }

  documentBody(hash: string): string | null {
    return this.#deployments.documentBody(hash);
  }

  readRefusal(deployment: string): Refusal | null {
    return this.#refusals.get(deployment) ?? this.#deployments.readRefusal(deployment);
  }

  writeRefusal(deployment: string, refusal: Refusal): void {
    this.#refusals.write(deployment, refusal, () => this.#deployments.writeRefusal(deployment, refusal));
  }

  readRecord(deployment: string): DeploymentRecord | null {
    return this.#deployments.readRecord(deployment);
  }

  writeRecord(deployment: string, record: DeploymentRecord): void {
    withRoom(this.#events, () => {
      this.#held.flush();
      this.#deployments.writeRecord(deployment, record);
    });
  }

  beginCommand(id: string): boolean {
    return withRoom(this.#events, () => {
      this.#held.flush();
      return this.#commands.beginCommand(id);
    });
  }

  answerCommand(reply: Reply): void {
    this.#replies.write(reply.id, reply, () => this.#commands.answerCommand(reply));
  }

  unansweredCommands(): string[] {
    return this.#commands.unansweredCommands();
  }

  pendingReplies(): Reply[] {
    this.#replies.tryFlush();
    const isDelivered = ({ id }: Reply): boolean => this.#held.has(`delivered reply ${id}`);
    return [...this.#commands.pendingReplies(), ...this.#replies.values()].filter(
      (reply) => !isDelivered(reply),
    );
  }

  markReplyDelivered(id: string): void {
    this.#replies.tryFlush();
    this.#held.write(`delivered reply ${id}`, null, () => this.#commands.markReplyDelivered(id));
  }

  appendEvents(events: readonly NewEvent[], at: string): void {
    this.#orLose(() => this.#events.appendEvents(events, at));
  }

  holdEvent(event: NewEvent, at: string): void {
    this.#orLose(() => this.#events.holdEvent(event, at));
  }

  writeHeldEvents(): void {
    this.#orLose(() => this.#events.writeHeldEvents());
  }

  pendingEvents(limit: number): Event[] {
    this.#refusals.tryFlush();
    this.#held.tryFlush();
    // Those that were told would be told again and again.
    return this.#held.has('acknowledged') ? [] : this.#events.pendingEvents(limit);
  }

  countEvents(): number {
    return this.#events.countEvents();
  }

  acknowledgedSeq(): number {
    return this.#events.acknowledgedSeq();
  }

  acknowledgeEvents(upToSeq: number): void {
    this.#held.write('acknowledged', null, () => this.#events.acknowledgeEvents(upToSeq));
  }

  get journal(): EventJournal {
    return this.#events;
  }

  nextStatusSeq(): number | null {
    try {
      const seq = this.#statuses.nextStatusSeq();
      this.#ceiling.keepAhead();
      return seq;
    } catch (error) {
      if (!(error instanceof StoreBlocked)) throw error;
      return null;
    }
  }

  saveStatus(status: Status): void {
    this.#held.write(`status ${status.deployment}`, null, () => this.#statuses.saveStatus(status));
  }

  latestStatus(deployment: string): Status | null {
    return this.#statuses.latestStatus(deployment);
  }

  pendingStatuses(): PendingStatus[] {
    return this.#statuses.pendingStatuses();
  }

  markStatusDelivered(deployment: string, seq: number): void {
    this.#held.write(`delivered status ${deployment}`, null, () =>
      this.#statuses.markStatusDelivered(deployment, seq),
    );
  }

  beginPull(reference: string, beforeId: string | null): void {
    this.#held.flush();
    this.#images.beginPull(reference, beforeId);
  }

  openPulls(): string[] {
    return this.#images.openPulls();
  }

  endPull(reference: string, imageId: string | null): void {
    this.#held.write(`pull ${reference}`, null, () => this.#images.endPull(reference, imageId));
  }

  pulledImages(): PulledImage[] {
    return this.#images.pulledImages();
  }

  writeImageAges(images: readonly PulledImage[]): void {
    this.#held.write('image ages', null, () => this.#images.writeImageAges(images));
  }

  forgetImage(image: PulledImage): void {
    this.#held.write(`forgotten ${image.imageId} ${image.reference}`, null, () =>
      this.#images.forgetImage(image),
    );
  }

  retainedTopics(): readonly string[] {
    return this.#copies.readRetained();
  }

  writeRetainedTopics(topics: readonly string[]): void {
    this.#copies.writeRetained(topics);
  }

  /** Where the disk takes nothing the events are lost, and the gap in their numbers tells it. */
  #orLose(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof StoreBlocked)) throw error;
    }
    this.#ceiling.keepAhead();
  }

  close(): void {
    this.#held.tryFlush();
    this.#db.close();
  }
}

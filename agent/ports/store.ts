// What the agent wants of its memory: everything returned from is durable, everything is bounded.
// Tested in test/agent/whole/disk-blocked.test.ts.

import type { Reply } from '../../protocol/operations/command.ts';
import type { Event, NewEvent } from '../../protocol/reports/events.ts';
import type { ReasonCode } from '../../protocol/reports/reasons.ts';
import type { Refusal, Status } from '../../protocol/reports/status.ts';
import type { PulledImage } from '../model/pulled-image.ts';
import type { DeploymentRecord } from '../model/record.ts';

const BLOCKS = {
  no_space: {
    message: 'the disk of data_dir is full: nothing can be stored',
    hint: 'free space on the disk of data_dir; all goes on by itself then',
  },
  data_dir_read_only: {
    message: 'the disk of data_dir has turned read-only: nothing can be stored',
    hint: "see the kernel's log (dmesg) for why, check the file system and make it writable; all goes on by itself then",
  },
  data_dir_io_error: {
    message: 'the disk of data_dir fails to write: nothing can be stored',
    hint: "see the kernel's log (dmesg); the disk or card may be at its end. All goes on by itself once it writes",
  },
} as const satisfies Partial<Record<ReasonCode, { message: string; hint: string }>>;

/** The store itself is broken or lost: no deployment is to blame for it, and only a new start can help. */
export class StoreBroken extends Error {}

/** The disk takes nothing: nothing of what was asked is stored. It may well do later. */
export class StoreBlocked extends Error {
  override readonly name = 'StoreBlocked';
  readonly code: keyof typeof BLOCKS;
  readonly hint: string;

  constructor(code: keyof typeof BLOCKS, options: { cause?: unknown } = {}) {
    const { message, hint } = BLOCKS[code];
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** Whose document it is: `device`, or `groups/NAME`. */
export type Source = string;

/** How a document came, where that was not from the fleet: `local` from a file on the device. */
export type Origin = 'local';

/** What the newest accepted document of one source for one deployment is. */
export interface AcceptedRevision {
  readonly deployment: string;
  readonly source: Source;
  /** 0 where it was accepted on a topic that is no longer read: any revision on the present one is newer. */
  readonly revision: number;
  readonly hash: string;
  /** Left out: it came from the fleet. */
  readonly origin?: Origin;
}

export interface AcceptedDocument extends AcceptedRevision {
  /** The payload to the byte, as a signature must stay checkable: for `parseJsonText`. Older agents stored its value anew. */
  readonly body: string;
}

export interface PendingStatus {
  readonly deployment: string;
  readonly seq: number;
}

/** What pulls brought to this device. An image that was here before a pull of ours is not in it. */
export interface PullNotes {
  /**
   * Notes that a pull begins, and which image bore the reference until now; one that a crash left open stays as
   * it was. Durable on return.
   */
  beginPull(reference: string, beforeId: string | null): void;
  /** References of pulls that were begun and not ended. */
  openPulls(): readonly string[];
  /**
   * Ends a pull. The image that bears the reference now is ours from here on, unless it did before the pull;
   * what the same reference brought before is superseded. `null` for none.
   */
  endPull(reference: string, imageId: string | null): void;
}

/** What this device told last: as the outbox forgets what the broker has, this remembers it. */
export interface EventJournal {
  /**
   * At most `limit` events, the newest first: those that wait, and of those that the broker has the newest 900 to 1000 in
   * 1 MiB, none of them on a disk that was full. A sample that the broker had before it was written is not among them.
   */
  newest(limit: number): readonly Event[];
}

/** What such pulls brought, as far as it is not forgotten. */
export interface PulledImages {
  pulledImages(): readonly PulledImage[];
  /** Stores `unneededMs` of each; one that is forgotten stays so. */
  writeImageAges(images: readonly PulledImage[]): void;
  forgetImage(image: PulledImage): void;
}

/** Which retained messages the broker may have of the device besides its reports. */
export interface RetainedNotes {
  retainedTopics(): readonly string[];
  /** In the place of those before. Durable on return. Throws `StoreBlocked`. */
  writeRetainedTopics(topics: readonly string[]): void;
}

/** What managers ask, and which deployments there are for it. */
export interface Documents {
  /** Stores a document and clears the refusal that stood for its deployment. Durable on return. */
  acceptDocument(document: AcceptedDocument): void;
  /** Of the accepted documents of one deployment, one per source. Their bodies: `documentBody`. */
  acceptedRevisions(deployment: string): readonly AcceptedRevision[];
  /** Names of all deployments that are remembered, removed ones too. */
  deploymentNames(): readonly string[];
  /** Names of those that are not noted as removed. */
  activeDeployments(): readonly string[];
  /**
   * Notes that nothing is left of a deployment, until a document of it is accepted. Keeps the newest removed deployments;
   * returns the names of those that it forgot.
   */
  noteRemoved(deployment: string): readonly string[];
  /** The document with this hash, also when it is no longer the newest, while a record may return to it. */
  documentBody(hash: string): string | null;
  /** The bodies of all documents that a source or a record refers to. */
  keptDocuments(): readonly string[];
}

/** Why the newest document of a deployment was refused, until one is accepted. */
export interface Refusals {
  readRefusal(deployment: string): Refusal | null;
  writeRefusal(deployment: string, refusal: Refusal): void;
}

/** What the device remembers of each deployment. */
export interface Records {
  readRecord(deployment: string): DeploymentRecord | null;
  /** Durable on return. Documents that nothing refers to any more are dropped. */
  writeRecord(deployment: string, record: DeploymentRecord): void;
}

/** Commands, so that each is carried out once at most. */
export interface Commands {
  /** Notes a command before it is carried out; `false` when its id is known, and so must not be again. */
  beginCommand(id: string): boolean;
  /** Keeps the answer until it is delivered. Durable on return. */
  answerCommand(reply: Reply): void;
  /** Commands that were begun and never answered: a crash came between. */
  unansweredCommands(): readonly string[];
}

/** Answers to commands that wait to be delivered. */
export interface Replies {
  pendingReplies(): readonly Reply[];
  markReplyDelivered(id: string): void;
}

/** Numbered events until the broker has them. */
export interface Outbox {
  /**
   * Numbers events and writes them, and those that are held. Durable on return. Past the outbox's bytes the oldest
   * of the least important go; where it throws, the numbers stay used. Either way the gap tells what was lost.
   */
  appendEvents(events: readonly NewEvent[], at: string): void;
  /** Numbers an event and holds it in memory: what ends the process may lose it. At most 100 are held. */
  holdEvent(event: NewEvent, at: string): void;
  /** Writes what is held. Durable on return. */
  writeHeldEvents(): void;
  /** The oldest events, in order. A number that is missing, between two or before the first, was lost. */
  pendingEvents(limit: number): readonly Event[];
  countEvents(): number;
  /** The last number that the broker has. After a crash it may be an earlier one. */
  acknowledgedSeq(): number;
  acknowledgeEvents(upToSeq: number): void;
}

/** The newest status of each deployment, and how much of it the broker has. */
export interface Statuses {
  /** The next number for a status. Rises for ever, with gaps after a crash. `null` while the disk is too full for one. */
  nextStatusSeq(): number | null;
  /** Keeps the newest status of a deployment until it is delivered, and after. */
  saveStatus(status: Status): void;
  latestStatus(deployment: string): Status | null;
  pendingStatuses(): readonly PendingStatus[];
  markStatusDelivered(deployment: string, seq: number): void;
}

/**
 * All of it. Documents, records, commands, retained topics and the beginnings of pulls throw `StoreBlocked` where the disk does not take
 * them, as nothing may act on what is not stored. Events are lost then, and the gap in their numbers tells it. All
 * else is held in memory until it does.
 */
/** What the diagnosis saw, for after a restart of the agent. */
export interface Seen {
  /** The engine's version. */
  readonly engine: string | null;
  readonly engineChange: { readonly from: string; readonly to: string; readonly at: string } | null;
  /** When findings about the device itself began (ISO 8601), by id. */
  readonly findings: Readonly<Record<string, string>>;
}

export interface SeenNotes {
  /** `null` where nothing was kept, or nobody can read it. */
  readSeen(): Seen | null;
  /** Durable on return. Throws `StoreBlocked`. */
  writeSeen(seen: Seen): void;
}

export interface Store
  extends Documents,
    Refusals,
    Records,
    Commands,
    Replies,
    Outbox,
    Statuses,
    PullNotes,
    PulledImages,
    SeenNotes,
    RetainedNotes {
  /**
   * Throws where the file that is written to is not the one any more that the next start will find. Cheap: to be
   * called again and again.
   */
  verifyPlace(): void;

  close(): void;
}

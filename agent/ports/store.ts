// What the agent wants of its memory: everything returned from is durable, everything is bounded.
import type { Reply } from '../../protocol/command.ts';
import type { Event } from '../../protocol/events.ts';
import type { Refusal, Status } from '../../protocol/status.ts';
import type { DeploymentRecord } from '../reconcile/record.ts';

/** Whose document it is: `device`, or `groups/NAME`. */
export type Source = string;

/** The newest accepted document of one source for one deployment. */
export interface AcceptedDocument {
  readonly deployment: string;
  readonly source: Source;
  readonly revision: number;
  readonly hash: string;
  /** The document as it came, as JSON text. */
  readonly body: string;
}

/** An event before the outbox numbers it. */
export interface NewEvent {
  readonly type: string;
  readonly deployment?: string;
  readonly service?: string;
  readonly [key: string]: unknown;
}

export interface PendingStatus {
  readonly deployment: string;
  readonly seq: number;
  readonly body: string;
}

export interface Store {
  /** Stores a document and clears the refusal that stood for its deployment. Durable on return. */
  acceptDocument(document: AcceptedDocument): void;
  /** The accepted documents of one deployment, one per source. */
  acceptedDocuments(deployment: string): readonly AcceptedDocument[];
  /** Names of all deployments that were ever accepted. */
  deploymentNames(): readonly string[];
  /** The document with this hash, also when it is no longer the newest, while a record may return to it. */
  documentBody(hash: string): string | null;

  readRefusal(deployment: string): Refusal | null;
  writeRefusal(deployment: string, refusal: Refusal): void;

  readRecord(deployment: string): DeploymentRecord | null;
  /** Durable on return. Documents that nothing refers to any more are dropped. */
  writeRecord(deployment: string, record: DeploymentRecord): void;

  /** Notes a command before it is carried out; `false` when its id is known, and so must not be again. */
  beginCommand(id: string): boolean;
  /** Keeps the answer until it is delivered. Durable on return. */
  answerCommand(reply: Reply): void;
  /** Commands that were begun and never answered: a crash came between. */
  unansweredCommands(): readonly string[];
  pendingReplies(): readonly Reply[];
  markReplyDelivered(id: string): void;

  appendEvents(events: readonly NewEvent[], at: string): void;
  /** The oldest events, in order. */
  pendingEvents(limit: number): readonly Event[];
  countEvents(): number;
  /** The events that were dropped for want of space since the last acknowledged one; `null` for none. */
  lostEvents(): { readonly from: number; readonly to: number } | null;
  acknowledgeEvents(upToSeq: number): void;

  /** The next number for a status. Rises for ever, with gaps after a crash. */
  nextStatusSeq(): number;
  /** Keeps the newest status of a deployment until it is delivered, and after. */
  saveStatus(status: Status): void;
  latestStatus(deployment: string): Status | null;
  pendingStatuses(): readonly PendingStatus[];
  markStatusDelivered(deployment: string, seq: number): void;

  close(): void;
}

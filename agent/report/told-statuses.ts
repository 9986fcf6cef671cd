// What was told of each deployment last, and how much of it the broker has yet to take.

import type { Clock } from '../../lib/time/clock.ts';
import { type Reason, type Refusal, STATUS_SCHEMA, type Status } from '../../protocol/reports/status.ts';
import type { StatusBody } from '../model/decision.ts';
import type { AgentState } from '../notices/agent-state.ts';
import type { Documents, Refusals, Source, Statuses } from '../ports/store.ts';

/** Bytes of a pull change all the time; once a second is enough for people. */
const PROGRESS_INTERVAL_MS = 1000;
/** Anybody who may publish can make up names and be refused: of those only the newest are remembered. */
const MAX_STRANGERS = 200;

/** What is known of a status that was told, besides what it says. */
interface Told {
  /**
   * What it says, as text to compare by: a round comes at every event, and mostly finds the same. `null` for one that
   * was recalled on a full disk, with no number to tell it under: it is not delivered, and the next is told in any case.
   */
  readonly gist: string | null;
  /** When a status of this deployment was last told, monotonic: what the progress of a pull is held back by. */
  readonly toldMs: number;
}

export interface ToldStatusesOptions {
  readonly store: Statuses & Pick<Documents, 'deploymentNames'> & Pick<Refusals, 'readRefusal'>;
  readonly clock: Clock;
  readonly state: AgentState['statuses'];
}

export class ToldStatuses {
  readonly #options: ToldStatusesOptions;
  /** By deployment, as `state`. */
  readonly #told = new Map<string, Told>();
  readonly #deliveredSeq = new Map<string, number>();
  /** Numbers of the stored statuses that wait to be delivered, by themselves or by one that comes after. */
  readonly #undeliveredSeq = new Map<string, number>();

  constructor(options: ToldStatusesOptions) {
    this.#options = options;
    for (const name of options.store.deploymentNames()) this.#recall(name);
    for (const { deployment, seq } of options.store.pendingStatuses()) {
      if (!this.#told.has(deployment)) this.#recall(deployment);
      this.#undeliveredSeq.set(deployment, seq);
    }
  }

  /** Under a new number: the progress of a pull is told but not stored, so the last stored number may be too low. */
  #recall(name: string): void {
    const { store } = this.#options;
    const status = store.latestStatus(name);
    if (status === null) return;
    const seq = store.nextStatusSeq();
    this.#told.set(name, { gist: seq === null ? null : gistOf(status), toldMs: Number.NEGATIVE_INFINITY });
    this.#set(seq === null ? status : { ...status, seq });
  }

  #set(status: Status): void {
    const { state } = this.#options;
    state.set(new Map(state.value).set(status.deployment, status));
  }

  /** Those that the broker has not taken, the newest first. Lazy: `repeatAll` in between makes the rest due too. */
  *undelivered(): Generator<Status> {
    const told = [...this.#options.state.value.values()].filter(
      ({ deployment }) => this.#told.get(deployment)?.gist !== null,
    );
    for (const status of told.toSorted((a, b) => b.seq - a.seq))
      if (status.seq !== this.#deliveredSeq.get(status.deployment)) yield status;
  }

  report(deployment: string, source: Source, body: StatusBody): void {
    const refused = this.#options.store.readRefusal(deployment);
    this.#tell({ schema: STATUS_SCHEMA, deployment, source, refused, ...body, seq: 0, at: '' });
  }

  /** A document was refused: the status says so, and is otherwise as it was. */
  reportRefusal(deployment: string): void {
    const refused = this.#options.store.readRefusal(deployment);
    const before = this.#options.state.value.get(deployment) ?? unknownDeployment(deployment);
    const reason = before.desired === null && refused !== null ? reasonOf(refused) : before.reason;
    this.#tell({ ...before, reason, refused });
    this.#forgetStrangers();
  }

  /** Tells nothing more of a deployment; its last status stays at the broker. */
  forget(deployment: string): void {
    const { state } = this.#options;
    this.#told.delete(deployment);
    state.set(new Map([...state.value].filter(([name]) => name !== deployment)));
    this.#deliveredSeq.delete(deployment);
    this.#undeliveredSeq.delete(deployment);
  }

  /** Every status is to be delivered anew. */
  repeatAll(): void {
    this.#deliveredSeq.clear();
  }

  /** The broker took this one, and with it all of the same deployment that came before. */
  markDelivered({ deployment, seq }: Status): void {
    this.#deliveredSeq.set(deployment, seq);
    const waitingSeq = this.#undeliveredSeq.get(deployment);
    if (waitingSeq === undefined || waitingSeq > seq) return;
    this.#options.store.markStatusDelivered(deployment, seq);
    this.#undeliveredSeq.delete(deployment);
  }

  #forgetStrangers(): void {
    const strangers = [...this.#options.state.value.values()].filter(({ desired }) => desired === null);
    for (const { deployment } of strangers.slice(0, -MAX_STRANGERS)) this.forget(deployment);
  }

  #tell(status: Status): void {
    const { store, clock, state } = this.#options;
    const { deployment } = status;
    const before = state.value.get(deployment);
    const toldBefore = this.#told.get(deployment);
    const gist = gistOf(status);
    if (toldBefore?.gist === gist) return;
    const isMaterial =
      before === undefined ||
      toldBefore === undefined ||
      toldBefore.gist === null ||
      gistWithoutProgress(before) !== gistWithoutProgress(status);
    const nowMs = clock.monotonicMs();
    if (!isMaterial && nowMs - toldBefore.toldMs < PROGRESS_INTERVAL_MS) return;
    const seq = store.nextStatusSeq();
    // It differs from what was told last also the next time, and is told then.
    if (seq === null) return;
    const at = clock.wallTime().toISOString();
    const isSamePhase = before?.phase === status.phase;
    const told = { ...status, since: isSamePhase ? before.since : at, seq, at };
    if (isMaterial) {
      store.saveStatus(told);
      this.#undeliveredSeq.set(deployment, told.seq);
    }
    this.#told.set(deployment, { gist, toldMs: nowMs });
    this.#set(told);
  }
}

/** All but number and times. */
function gistOf(status: Status): string {
  return JSON.stringify({ ...status, since: undefined, seq: 0, at: '' });
}

/** Without the bytes of a pull too. */
function gistWithoutProgress(status: Status): string {
  return JSON.stringify({ ...status, since: undefined, seq: 0, at: '' }, (key, value: unknown) =>
    key === 'progress' ? null : value,
  );
}

function reasonOf({ code, path, message }: Refusal): Reason {
  return path === '' ? { code, message } : { code, path, message };
}

function unknownDeployment(deployment: string): Status {
  return {
    schema: STATUS_SCHEMA,
    deployment,
    source: 'device',
    desired: null,
    running: null,
    phase: 'failed',
    reason: null,
    refused: null,
    services: {},
    seq: 0,
    at: '',
  };
}

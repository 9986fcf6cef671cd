// Follows revisions on the devices that they are for, until each has settled or the time is up.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import type { FleetView } from '../../view/fleet-view.ts';
import { type DesiredRevision, type Judgement, judgeStatus } from '../../view/judge-status.ts';

/** One device on its way to one revision. */
export interface Followed {
  readonly device: string;
  readonly desired: DesiredRevision;
  /** Whether the roll-out has come to it. */
  readonly takesPart: boolean;
}
export type Settled = Exclude<Judgement, { readonly kind: 'pending' }>;

export interface FollowOptions {
  readonly view: FleetView;
  readonly followed: readonly Followed[];
  /** It has not settled, and something of it has come. */
  readonly onPending: (followed: Followed) => void;
  /** `isNews`: by what has just come, and not by what was known at the start. */
  readonly onSettled: (followed: Followed, settled: Settled, isNews: boolean) => void;
}

export class Follow {
  readonly #options: FollowOptions;
  /** By device. */
  readonly #pending: Map<string, readonly Followed[]>;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#pending = Map.groupBy(options.followed, ({ device }) => device);
  }

  /** Resolves when all have settled or the time is up; rejects when the signal aborts, and may then be run again. */
  async run(signal: AbortSignal, timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (device?: string): void => {
      this.#look(device);
      if (this.#pending.size === 0) resolve();
    };
    const onAbort = (): void => reject(signal.reason);
    const stop = this.#options.view.onChange(look);
    const timer = setTimeout(resolve, Math.max(0, timeoutMs));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else look();
    try {
      await promise;
    } finally {
      stop();
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Judges what the device follows, or what all do. */
  #look(device?: string): void {
    for (const one of device === undefined ? [...this.#pending.keys()] : [device]) {
      const isNews = device !== undefined;
      const left = (this.#pending.get(one) ?? []).filter((followed) => !this.#hasSettled(followed, isNews));
      if (left.length > 0) this.#pending.set(one, left);
      else this.#pending.delete(one);
    }
  }

  #hasSettled(followed: Followed, isNews: boolean): boolean {
    const { view, onPending, onSettled } = this.#options;
    const { statuses, state } = view.deviceOf(followed.device);
    const groups = state?.groups ?? [];
    const judgement = judgeStatus(statuses.get(followed.desired.name), { ...followed, groups });
    if (judgement.kind === 'pending') onPending(followed);
    else onSettled(followed, judgement, isNews);
    return judgement.kind !== 'pending';
  }
}

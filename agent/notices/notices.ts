// What happened inside the agent, told by the room that saw it to the rooms that it concerns. Nothing is kept here: delivery is
// a call, in order, and done when `publish` returns. What must be able to refuse, as a message that is then not
// acknowledged, is no notice.

import type { EventOf, NewEvent } from '../../protocol/reports/events.ts';

export type Notice =
  /** To be told upstream, and stored until then. */
  | { readonly kind: 'event'; readonly event: NewEvent }
  /** Unlike an event it is held in memory at first, and may be lost with the power. */
  | { readonly kind: 'sample'; readonly sample: EventOf<'sample'> }
  /** A reply waits in the store. */
  | { readonly kind: 'command_answered' }
  /** Something changed that a deployment waits for: its loop should look. */
  | { readonly kind: 'look_due'; readonly deployment: string };

export type NoticeOf<K extends Notice['kind']> = Extract<Notice, { kind: K }>;

/** All that a room needs that only tells. */
export type Publisher = Pick<Notices, 'publish'>;

export class Notices {
  readonly #onFatal: (error: unknown) => void;
  readonly #subscribers = new Set<(notice: Notice) => void>();

  /** `onFatal` gets what a subscriber throws, which is the agent's fault and not the publisher's; it must not throw. */
  constructor(onFatal: (error: unknown) => void) {
    this.#onFatal = onFatal;
  }

  /** Tells all who subscribed, before it returns, in the order in which they began. Never throws. */
  publish(notice: Notice): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(notice);
      } catch (error) {
        this.#onFatal(error);
      }
    }
  }

  /** Hears of each notice of this kind from now on, for as long as the agent runs. */
  subscribe<K extends Notice['kind']>(kind: K, hear: (notice: NoticeOf<K>) => void): void {
    const isOfKind = (notice: Notice): notice is NoticeOf<K> => notice.kind === kind;
    this.#subscribers.add((notice) => {
      if (isOfKind(notice)) hear(notice);
    });
  }
}

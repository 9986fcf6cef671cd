// Open pages, kept up to date by server-sent events. While nobody looks nothing is done. One who reads slowly skips
// states and never makes the agent hold more than one.
// Tested in test/agent/doors/page/page.test.ts.
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/time/clock.ts';
import { Waker } from '../../../lib/time/waker.ts';
import { fragmentsOf, type PageView, summarise } from './html/fragments.ts';
import { titleOf } from './html/page.ts';
import { HEADERS } from './responses.ts';

const MAX_VIEWERS = 8;
/** No page changes more often. */
const CHANGE_EVERY_MS = 1000;
/** Where nobody tells of a change: how long all has lasted, and what is used now, change always. */
const REFRESH_EVERY_MS = 10_000;
/** One that takes nothing for so long is gone. */
const STUCK_AFTER_MS = 30_000;
/** Then the browser connects anew by itself, and has to have the token of that time. */
const STAY_MS = 60 * 60_000;

interface Viewer {
  readonly response: ServerResponse;
  /** By id, the parts that it has. */
  readonly parts: Map<string, string>;
  readonly waker: Waker;
  /** When it last took all that it was sent, in monotonic milliseconds. */
  tookMs: number;
}

export interface ViewersOptions {
  readonly clock: Clock;
  readonly look: () => Promise<PageView>;
  /** Calls back, from now on, when what is shown may have changed. */
  readonly watch: (hear: () => void) => void;
}

export class Viewers {
  readonly #options: ViewersOptions;
  readonly #viewers = new Set<Viewer>();

  constructor(options: ViewersOptions) {
    this.#options = options;
    options.watch(() => {
      for (const { waker } of this.#viewers) waker.wake();
    });
  }

  get isFull(): boolean {
    return this.#viewers.size >= MAX_VIEWERS;
  }

  /** Serves one until `signal` aborts, as its connection does, or it takes nothing any more, or for an hour. */
  async serve(response: ServerResponse, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const viewer = { response, parts: new Map(), waker: new Waker(clock), tookMs: clock.monotonicMs() };
    this.#viewers.add(viewer);
    response.setTimeout(0);
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream; charset=utf-8' });
    try {
      await this.#follow(viewer, signal);
    } finally {
      this.#viewers.delete(viewer);
      response.destroy();
    }
  }

  async #follow(viewer: Viewer, signal: AbortSignal): Promise<void> {
    const { clock, look } = this.#options;
    const endMs = clock.monotonicMs() + STAY_MS;
    while (!signal.aborted && clock.monotonicMs() < endMs) {
      const nowMs = clock.monotonicMs();
      const canTake = !viewer.response.writableNeedDrain;
      if (canTake) {
        viewer.tookMs = nowMs;
        viewer.response.write(messageOf(await look(), viewer.parts));
      }
      if (nowMs - viewer.tookMs >= STUCK_AFTER_MS) return;
      await clock.sleep(CHANGE_EVERY_MS, signal);
      if (canTake) await viewer.waker.wait(REFRESH_EVERY_MS - CHANGE_EVERY_MS, signal);
    }
  }
}

/** What has changed since `parts`, which are brought up to date. */
function messageOf(view: PageView, parts: Map<string, string>): string {
  const now = new Map(fragmentsOf(view).map(([id, content]) => [id, String(content)] as const));
  const changed = [...now].filter(([id, content]) => parts.get(id) !== content);
  parts.clear();
  for (const [id, content] of now) parts.set(id, content);
  const message = { title: titleOf(view), summary: summarise(view), order: [...now.keys()], parts: changed };
  return `data: ${JSON.stringify(message)}\n\n`;
}

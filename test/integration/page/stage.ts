// A page whose agent tells what a test wants, at a free port of loopback.

import type { PageView } from '../../../agent/doors/page/html/fragments.ts';
import { openPage, type Page } from '../../../agent/doors/page/page.ts';
import { Metrics } from '../../../agent/metrics/metrics.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import { freePort } from '../../../scripts/rig/port.ts';
import { NOW } from '../../agent/cli/fixtures.ts';
import { makeView, OPERATIONS, offersOf } from '../../agent/doors/page/views.ts';
import { silent } from '../../fakes/silent-logger.ts';

export class Stage {
  #view: PageView = makeView();
  #tell: () => void = () => undefined;
  readonly #port: number;
  readonly #tokenFile: string | null;
  #page: Page | null = null;

  private constructor(port: number, tokenFile: string | null) {
    this.#port = port;
    this.#tokenFile = tokenFile;
  }

  static async open(tokenFile: string | null = null): Promise<Stage> {
    const stage = new Stage(await freePort(), tokenFile);
    stage.reopen();
    return stage;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** What the agent tells; it says that it has changed. */
  set view(view: PageView) {
    this.#view = view;
    this.#tell();
  }

  reopen(): void {
    this.#page = openPage({
      address: { host: '127.0.0.1', port: this.#port },
      ...{ hostName: 'edge-01', tokenFile: this.#tokenFile, operations: OPERATIONS },
      // The time at which all that it tells was so.
      clock: { ...systemClock, wallTime: () => NOW },
      log: silent,
      offers: offersOf(() => this.#view),
      watch: (hear) => {
        this.#tell = hear;
      },
      metrics: new Metrics({ newest: () => [] }),
    });
  }

  async close(): Promise<void> {
    await this.#page?.close();
    this.#page = null;
  }
}

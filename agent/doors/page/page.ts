// The status page and the metrics, by HTTP. An address that cannot be had is tried again: the agent does not end for it, and
// does not wait for it.
import type { Server } from 'node:http';
import { describeSystemError } from '../../../lib/failures/system-error.ts';
import { Tasks } from '../../../lib/failures/tasks.ts';
import { createBoundedServer } from '../../../lib/program/http-module.ts';
import type { Logger } from '../../../lib/program/logger.ts';
import type { Clock } from '../../../lib/time/clock.ts';
import type { Operation } from '../../../protocol/operations/operation.ts';
import type { Offers } from '../../operations/offer.ts';
import { Glance } from './glance.ts';
import { createListener, type Exposition } from './listener.ts';
import { readToken } from './token.ts';
import { Viewers } from './viewers.ts';

const TRY_AGAIN_MS = 30_000;

export interface PageOptions {
  readonly address: { readonly host: string; readonly port: number };
  /** In lower case: the page goes by it, and by `NAME.local`. */
  readonly hostName: string;
  /** Holds what opens the page; `null`: whoever can reach it may read it. */
  readonly tokenFile: string | null;
  readonly clock: Clock;
  readonly offers: Pick<Offers, 'status' | 'why'>;
  /** What can be asked with the `holdfast` command. */
  readonly operations: readonly Operation[];
  /** Calls back, from now on, when what is shown may have changed. */
  readonly watch: (hear: () => void) => void;
  readonly metrics: Exposition;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

export interface Page {
  /** Ends open connections, and gives the address back. */
  close(): Promise<void>;
}

/** Returns at once; it is there as soon as the address can be had. */
export function openPage(options: PageOptions): Page {
  const { address, hostName, tokenFile, clock, log, metrics } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const onFault = (err: unknown): void => log.error({ err }, 'page failed');
  const tasks = new Tasks(onFault);
  const glance = new Glance({ ...options, signal });
  const viewers = new Viewers({ clock, watch: options.watch, look: () => glance.look() });
  const place = { host: address.host, hostName };
  const listener = createListener({
    ...{ place, tokenFile, clock, glance, viewers, metrics, tasks, onFault },
  });
  const server = createBoundedServer(listener);
  if (tokenFile !== null) warnOfToken(tokenFile, log);
  tasks.run(keepTrying(server, options, signal));
  return {
    async close() {
      ending.abort();
      await closeServer(server);
      await tasks.settled();
    },
  };
}

function warnOfToken(file: string, log: PageOptions['log']): void {
  const token = readToken(file);
  if (!token.ok) log.warn({ problem: token.message }, 'nobody can log in to the page');
}

async function keepTrying(
  server: Server,
  { address, clock, log }: PageOptions,
  signal: AbortSignal,
): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    const problem = await listen(server, address);
    if (problem === null) {
      server.on('error', (err) => log.warn({ err }, 'page failed'));
      log.info(address, 'page opened');
      return;
    }
    if (problem !== told) log.warn({ ...address, problem }, 'page has no address; it is tried again');
    told = problem;
    await clock.sleep(TRY_AGAIN_MS, signal);
  }
}

/** Why it does not listen; `null` where it does. Leaves no listener of an event behind, however often it is tried. */
function listen(server: Server, { host, port }: PageOptions['address']): Promise<string | null> {
  return new Promise((resolve) => {
    const settle = (problem: string | null): void => {
      server.off('error', fail).off('listening', succeed);
      resolve(problem);
    };
    const fail = (error: unknown): void => settle(describeSystemError(error));
    const succeed = (): void => settle(null);
    server.once('error', fail).once('listening', succeed);
    server.listen({ host, port });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

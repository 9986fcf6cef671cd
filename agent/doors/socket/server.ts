// The technician's way in: HTTP and JSON over a Unix socket, open to root and the group `holdfast`.
// Who may open the socket may ask anything of it; there is no other check.
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { Tasks } from '../../../lib/failures/tasks.ts';
import { createBoundedServer } from '../../../lib/program/http-module.ts';
import type { Offer } from '../../operations/offer.ts';
import { createListener } from './listener.ts';
import { clearSocketPath, openToGroup, unusable } from './socket-file.ts';

export interface LocalServerOptions {
  readonly socketPath: string;
  /** What the agent carries out. */
  readonly offers: readonly Offer[];
  readonly log: Pick<Logger, 'warn' | 'error'>;
  /** Who may use the socket besides root; left as it is where the group does not exist. */
  readonly group?: string;
}

export interface LocalServer {
  /** Ends open connections and what was asked for over them, and removes the socket. */
  close(): Promise<void>;
}

/** Listens at `socketPath`. Rejects with `LocalSocketError`, e.g. when another agent answers there. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { socketPath, offers, log } = options;
  await clearSocketPath(socketPath);
  const onFault = (err: unknown): void => log.error({ err }, 'local API failed');
  const tasks = new Tasks(onFault);
  const server = createBoundedServer(createListener({ offers, tasks, onFault }));
  await listen(server, socketPath);
  server.on('error', (err) => log.error({ err }, 'local socket failed'));
  const problem = openToGroup(socketPath, options.group ?? 'holdfast');
  if (problem !== null) log.warn({ socket: socketPath, problem }, 'local socket has no group');
  return { close: () => closeServer(server).then(() => tasks.settled()) };
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(unusable(socketPath, cause));
    server.once('error', fail);
    server.listen(socketPath, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

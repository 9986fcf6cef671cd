// Where tests' own servers listen.
import type { Server } from 'node:net';

/** Lets a server listen on a free port of the loopback address, which it resolves with. */
export async function listenOnLoopback(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

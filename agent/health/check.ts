// One probe, made from outside the container: a request or a connection, closed at once.
import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { describeSystemError, systemErrorCode } from '../../lib/failures/system-error.ts';
import { request as httpRequest } from '../../lib/program/http-module.ts';
import { signalAfter } from '../../lib/time/timer.ts';
import type { HttpProbe, ProbeTiming, TcpProbe } from '../model/desired-health.ts';

/** `null` when it holds, else why not, in a few words. Never rejects; ends promptly on `signal`. */
export type Check = (probe: PortProbe, address: string, signal: AbortSignal) => Promise<string | null>;

/** Whether these words of a check say that it was answered, though not well. */
export function isAnswer(error: string): boolean {
  return error.startsWith(STATUS);
}

const STATUS = 'HTTP ';

export type PortProbe = ProbeTiming & (HttpProbe | TcpProbe);

export const checkProbe: Check = (probe, address, signal) => {
  const { timeoutMs, port } = probe;
  const limited = signalAfter(timeoutMs, signal);
  switch (probe.kind) {
    case 'http':
      return checkHttp({ host: address, port, path: probe.path }, limited, timeoutMs);
    case 'tcp':
      return checkTcp({ host: address, port }, limited, timeoutMs);
  }
};

function checkHttp(
  target: { host: string; port: number; path: string },
  signal: AbortSignal,
  timeoutMs: number,
): Promise<string | null> {
  return new Promise((resolve) => {
    const request = httpRequest({
      ...target,
      agent: false,
      signal,
      headers: { connection: 'close', 'user-agent': 'holdfast-probe' },
    });
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      // The body is of no interest, and might be without end.
      response.destroy();
      resolve(
        status >= 200 && status < 400 ? null : `${STATUS}${status} from port ${target.port}${target.path}`,
      );
    });
    // A 101 is no response to Node.
    request.once('upgrade', (_, socket) => {
      socket.destroy();
      resolve(`${STATUS}101 from port ${target.port}${target.path}`);
    });
    request.once('error', (error) => resolve(describe(error, target.port, timeoutMs)));
    request.once('close', () => resolve(`port ${target.port} closed the connection with no answer`));
    request.end();
  });
}

function checkTcp(
  { host, port }: { host: string; port: number },
  signal: AbortSignal,
  timeoutMs: number,
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket: Socket = createConnection({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(null);
    });
    socket.once('error', (error) => resolve(describe(error, port, timeoutMs)));
    socket.once('close', () => resolve(`port ${port} closed the connection`));
  });
}

function describe(error: Error, port: number, timeoutMs: number): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return `no answer from port ${port} within ${timeoutMs} ms`;
  if (systemErrorCode(error) === 'ECONNREFUSED') return `nothing listens on port ${port}`;
  return `port ${port}: ${describeSystemError(error)}`;
}

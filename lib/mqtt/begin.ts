// From a broker's address to a connection that has sent its CONNECT.
// Tested in test/agent/line/broker-line.test.ts.
import type { BrokerAddress } from './broker-address.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import type { Dial, TlsFiles } from './dial.ts';
import type { Trouble } from './trouble.ts';

export interface BeginOptions extends Omit<ConnectionOptions, 'stream'> {
  readonly address: BrokerAddress;
  readonly tls: TlsFiles;
  readonly dial: Dial;
  /** For the dialling. */
  readonly timeoutMs: number;
  /** Ends the dialling; the connection that comes of it is ended by `leave`. */
  readonly signal: AbortSignal;
}

export type Begun =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly trouble: Trouble };

export async function beginConnection(options: BeginOptions): Promise<Begun> {
  const { address, tls, dial, timeoutMs, signal, ...rest } = options;
  const dialed = await dial(address, { tls, clock: rest.clock, timeoutMs, signal });
  if (!dialed.ok) return dialed;
  // Aborted between the dialling and the connection, which finds neither to end.
  if (!signal.aborted) return { ok: true, connection: new Connection({ ...rest, stream: dialed.stream }) };
  dialed.stream.destroy();
  return { ok: false, trouble: { kind: 'stopping' } };
}

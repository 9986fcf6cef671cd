// Real sockets that a test can count and cut; with `isBlocked` there is no way to the broker.
import type { Duplex } from 'node:stream';
import { type Dial, dial } from '../../../lib/mqtt/dial.ts';

export interface CuttableDial {
  readonly dial: Dial;
  readonly streams: Duplex[];
  /** Begun so far. */
  tries: number;
  isBlocked: boolean;
}

export function cuttableDial(): CuttableDial {
  const line: CuttableDial = {
    streams: [],
    tries: 0,
    isBlocked: false,
    dial: async (...args) => {
      line.tries += 1;
      if (line.isBlocked) return { ok: false, trouble: { kind: 'unreached', during: 'tcp', afterMs: 0 } };
      const dialed = await dial(...args);
      if (dialed.ok) line.streams.push(dialed.stream);
      return dialed;
    },
  };
  return line;
}

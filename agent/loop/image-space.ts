// Room on the engine's disk for images, with a reserve that no pull may eat into: other programs of the device,
// and the agent's own store, need to write too.
import { formatBytes } from '../../protocol/byte-size.ts';
import type { PullFailure } from '../ports/engine.ts';

export interface ImageSpace {
  readonly reserveBytes: number;
  /** Free on the engine's disk; `null` where nobody can tell, and then nothing is refused. */
  readonly freeBytes: () => number | null;
}

/** Why pulls that are still to write so much must not go on; `null` when there is room. */
export function findShortage(
  { reserveBytes, freeBytes }: ImageSpace,
  unwrittenBytes: number,
): PullFailure | null {
  const free = freeBytes();
  if (free === null || unwrittenBytes <= free - reserveBytes) return null;
  const above = formatBytes(Math.max(0, free - reserveBytes));
  const needed = unwrittenBytes === 0 ? '' : `needs about ${formatBytes(unwrittenBytes)}; `;
  return {
    ok: false,
    code: 'no_space',
    message: `${needed}${above} are free above the reserve of ${formatBytes(reserveBytes)}`,
    hint: 'free disk space on the device; the next try comes by itself',
    isTransient: true,
  };
}

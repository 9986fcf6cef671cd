// Room on the engine's disk for images, with a reserve that no pull may eat into: other programs of the device,
// and the agent's own store, need to write too.
// Tested in test/agent/supply/image-puller.test.ts.
import { formatBytes } from '../../protocol/values/byte-size.ts';
import type { AgentState } from '../notices/agent-state.ts';
import type { Host } from '../ports/host.ts';
import type { PullFailure } from '../ports/supplier.ts';

export interface ImageSpace {
  readonly reserveBytes: number;
  readonly host: Pick<Host, 'freeBytes'>;
  readonly engine: AgentState['engine'];
}

/** Why pulls that are still to write so much must not go on; `null` when there is room. */
export function findShortage(space: ImageSpace, unwrittenBytes: number): PullFailure | null {
  const { reserveBytes } = space;
  const disk = readDisk(space);
  if (disk === null || unwrittenBytes <= disk.freeBytes - reserveBytes) return null;
  const needed = unwrittenBytes === 0 ? '' : `needs about ${formatBytes(unwrittenBytes)}; `;
  const free = `${formatBytes(disk.freeBytes)} are free in ${disk.path}`;
  const above = formatBytes(Math.max(0, disk.freeBytes - reserveBytes));
  return {
    ok: false,
    code: 'no_space',
    message: `${needed}${free}, ${above} above the reserve of ${formatBytes(reserveBytes)}`,
    hint: 'free disk space on the device',
  };
}

/** The engine's disk; `null` where nobody can tell, as with one on another machine: then nothing is refused. */
export function readDisk({ host, engine }: ImageSpace): { path: string; freeBytes: number } | null {
  const path = engine.value.facts?.dataRoot;
  const freeBytes = path === undefined ? null : host.freeBytes(path);
  return path === undefined || freeBytes === null ? null : { path, freeBytes };
}

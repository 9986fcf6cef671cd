// Devices that services need: when one went, and whether it came back. What was never seen is not told to be gone: not
// everything can be seen from here, as a device of a directory.
import type { DeviceUser, WatchedDevice } from '../findings/facts.ts';
import type { Host } from '../ports/host.ts';

/** Of all documents together; a device with more is looked at in part. */
const MAX_DEVICES = 100;

interface Known {
  readonly isThere: boolean;
  /** ISO 8601. */
  readonly wentAt: string | null;
  readonly backAt: string | null;
}

const NEW: Known = { isThere: true, wentAt: null, backAt: null };

export class DeviceWatch {
  readonly #host: Pick<Host, 'isDeviceThere'>;
  #known: ReadonlyMap<string, Known> = new Map();

  constructor(host: Pick<Host, 'isDeviceThere'>) {
    this.#host = host;
  }

  /** Looks at each path that is needed. Those that were never there are left out, and those that nobody needs forgotten. */
  look(needed: ReadonlyMap<string, readonly DeviceUser[]>, now: Date): WatchedDevice[] {
    const known = new Map<string, Known>();
    for (const path of [...needed.keys()].slice(0, MAX_DEVICES)) {
      const next = afterLook(this.#known.get(path), this.#host.isDeviceThere(path), now.toISOString());
      if (next !== null) known.set(path, next);
    }
    this.#known = known;
    return [...known].map(([path, device]) => ({ path, ...device, users: needed.get(path) ?? [] }));
  }
}

function afterLook(before: Known | undefined, isThere: boolean, at: string): Known | null {
  if (before === undefined) return isThere ? NEW : null;
  if (before.isThere === isThere) return before;
  return isThere ? { ...before, isThere, backAt: at } : { isThere, wentAt: at, backAt: null };
}

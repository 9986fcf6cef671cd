// What a decision is made from, beside the record: read afresh for each, and never kept.
import type { DesiredPresent } from './desired-deployment.ts';
import type { HealthFacts } from './health.ts';
import type { WatchedMemory } from './memory-growth.ts';
import type { ImageStanding, Observed } from './observed.ts';
import type { Reason } from './reason.ts';
import type { Revision } from './revision.ts';

/** When it is: monotonic time, wall-clock text, and one draw of chance for jitter. */
export interface Moment {
  readonly nowMs: number;
  /** ISO 8601. */
  readonly wallTime: string;
  /** One number in [0, 1). */
  readonly chance: number;
}

export interface Facts extends Moment {
  readonly deployment: string;
  readonly desired: Revision;
  /** Whether this device takes part in the desired document's roll-out. */
  readonly takesPart: boolean;
  /** The document that the record has as proven. */
  readonly proven: Revision<DesiredPresent> | null;
  readonly observed: Observed;
  /** By `wantKey`, every image that a service without its container asks for, or that is to be pulled anew. */
  readonly images: ReadonlyMap<string, ImageStanding>;
  /** By container id. */
  readonly health: ReadonlyMap<string, HealthFacts>;
  /** By container id, of those that the kernel ended for their memory. */
  readonly memory: ReadonlyMap<string, WatchedMemory>;
  /** What keeps a switch waiting now; `null` when nothing does. */
  readonly gate: Gate | null;
}

/** Why a switch has to wait, and when to look again. */
export interface Gate {
  readonly waitsFor: 'hold' | 'clock' | 'window' | 'pause';
  readonly reason: Reason;
  readonly lookAgainInMs: number;
}

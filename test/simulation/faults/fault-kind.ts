// What a kind of fault is: a name, and what it does to a world when it strikes.
import type { Random } from '../../../lib/time/clock.ts';
import type { Standing } from '../../fakes/standing.ts';
import type { World } from '../../fakes/world.ts';
import type { Fleet } from '../fleet/fleet.ts';

/** Where a fault strikes. */
export interface Site {
  readonly world: World;
  readonly fleet: Fleet;
  /** This fault's own numbers: leaving another one out does not change them. */
  readonly random: Random;
  /** How long it lasts, where it lasts; a kind may take less of it. */
  readonly lastsMs: number;
  /** Somebody else than the agent is about to touch this container: not the agent's doing. */
  readonly byHand: (containerId: string) => void;
  /** The calm has begun: what still lies in wait is not to strike. */
  readonly isOver: () => boolean;
}

export interface FaultKind {
  readonly kind: string;
  /** Where most of its ambushes lie. */
  readonly favours?: Standing;
  /** Must end by itself, or be ended by `calmDown`. */
  strike(site: Site): void;
}

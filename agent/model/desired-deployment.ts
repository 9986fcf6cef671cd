// What one document asks, as values: made once from it (`document/`), and all that those who decide and act know of it.
import type { AskedResources } from './resources.ts';
import type { ServiceSpec } from './service-spec.ts';

export type DesiredDeployment = DesiredPresent | DesiredAbsent | DesiredInherit;

interface Named {
  readonly name: string;
  /** `null` where all devices take part. */
  readonly rollout: { readonly percent: number; readonly salt: string } | null;
}

export interface DesiredPresent extends Named, AskedResources {
  readonly state: 'present';
  /** In the order of the document. */
  readonly services: readonly ServiceSpec[];
  readonly update: UpdatePolicy;
}

/** All of it is to go, but for data that `purge` does not name. */
export interface DesiredAbsent extends Named {
  readonly state: 'absent';
  /** Volumes by their keys (`resources.ts`), and paths in its folder. */
  readonly purge: readonly string[];
}

/** A device's own document has ended: a group's counts again. */
export interface DesiredInherit extends Named {
  readonly state: 'inherit';
}

export interface UpdatePolicy {
  readonly strategy: 'stop-first' | 'start-first';
  /** How long each service must be seen healthy until the revision is proven. */
  readonly healthyAfterMs: number;
  /** Counted from the end of the pull. */
  readonly deadlineMs: number;
  readonly onFailure: 'rollback' | 'keep';
  /** `null` where a switch may come at any time. */
  readonly window: { readonly cron: string; readonly zone: string; readonly lengthMs: number } | null;
  /** Whether a local program may keep the switch waiting. */
  readonly mayBeHeld: boolean;
}

// Steps that failed and are no service's failure, such as a network that cannot be made: what they hold up, and for
// how long that is so.
import type { Reason } from '../../protocol/status.ts';
import { type Step, serviceOf } from './steps.ts';

/** The steps of one decision, by what depends on them. */
export interface Plan {
  /** Services wait for them. */
  readonly needed: readonly Step[];
  /** Of what is left over: all services may well run while they fail. */
  readonly cleanup: readonly Step[];
}

/** A step that concerns a service's own container is that service's failure. */
export function canBlock(step: Step): boolean {
  return !('spec' in step) && step.kind !== 'read_last_logs';
}

/** What a reason for a step's failure says that it concerns. */
export function pathOf(step: Step): string {
  const service = serviceOf(step);
  if (service !== null) return `services.${service}`;
  if ('network' in step) return `networks.${step.network}`;
  return 'volume' in step ? `volumes.${step.volume}` : '';
}

/**
 * What still stands in the way. A step that failed and is not to be done any more, as it took effect all the same or
 * is not asked now, stands in nobody's.
 */
export function obstaclesIn(
  { needed, cleanup }: Plan,
  blocked: Reason | null,
): { obstacle: Reason | null; leftover: Reason | null } {
  const isAmong = (steps: readonly Step[]): boolean =>
    steps.some((step) => canBlock(step) && pathOf(step) === blocked?.path);
  const obstacle = isAmong(needed) ? blocked : null;
  return { obstacle, leftover: obstacle === null && isAmong(cleanup) ? blocked : null };
}

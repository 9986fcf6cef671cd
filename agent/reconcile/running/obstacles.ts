// Steps that failed and are no service's failure, such as a network that cannot be made: what they hold up, and for
// how long that is so.
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import { blameOf, pathOf } from '../../model/step-table.ts';
import type { Step } from '../../model/steps.ts';
import type { Plan } from './plan.ts';
import { NO_PROGRESS, noProgressIn } from './repeats.ts';

/**
 * What still stands in the way, or goes round in circles. A step that failed and is no longer planned, as it took
 * effect all the same or is not asked now, is no obstacle.
 */
export function obstaclesIn(
  { needed, cleanup }: Plan,
  record: DeploymentRecord,
): { obstacle: Reason | null; leftover: Reason | null } {
  const reasons = [...(record.blocked === null ? [] : [record.blocked]), ...noProgressIn(record)];
  const firstOf = (steps: readonly Step[]): Reason | null =>
    reasons.find((reason) => steps.some((step) => isAbout(reason, step))) ?? null;
  const obstacle = firstOf(needed);
  return { obstacle, leftover: obstacle === null ? firstOf(cleanup) : null };
}

function isAbout({ path, code }: Reason, step: Step): boolean {
  return pathOf(step) === path && (blameOf(step) === 'deployment' || code === NO_PROGRESS);
}

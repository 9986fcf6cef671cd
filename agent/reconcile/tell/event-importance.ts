// What of the outbox goes first when there is no room for all of it.
import { isStepEvent } from '../../model/step-table.ts';

/** The least important goes first. */
export const IMPORTANCE = { sample: 0, progress: 1, transition: 2 } as const;

export type Importance = (typeof IMPORTANCE)[keyof typeof IMPORTANCE];

/** By an event's `type`; one that nobody placed here counts as a transition. */
export function importanceOf(type: string): Importance {
  if (type === 'sample') return IMPORTANCE.sample;
  // How something came about; what came of it is a transition.
  return isStepEvent(type) || type === 'image_removed' ? IMPORTANCE.progress : IMPORTANCE.transition;
}

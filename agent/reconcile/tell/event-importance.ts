// What of the outbox goes first when there is no room for all of it.
import type { Step } from '../../model/steps.ts';

/** The least important goes first. */
export const IMPORTANCE = { sample: 0, progress: 1, transition: 2 } as const;

export type Importance = (typeof IMPORTANCE)[keyof typeof IMPORTANCE];

/** Steps that were carried out tell how something came about; what came of it is a transition. */
const PROGRESS: Readonly<Record<Step['kind'] | 'image_removed', true>> = {
  create_network: true,
  create_volume: true,
  create_container: true,
  start_container: true,
  unpause_container: true,
  stop_container: true,
  join_network: true,
  restart_container: true,
  update_container: true,
  remove_container: true,
  read_last_logs: true,
  remove_network: true,
  leave_network: true,
  remove_volume: true,
  remove_folder: true,
  image_removed: true,
};

/** By an event's `type`; one that nobody placed here counts as a transition. */
export function importanceOf(type: string): Importance {
  if (type === 'sample') return IMPORTANCE.sample;
  return Object.hasOwn(PROGRESS, type) ? IMPORTANCE.progress : IMPORTANCE.transition;
}

// What of the outbox goes first when there is no room for all of it.
import type { EventKind, NewEvent } from '../../protocol/reports/events.ts';

/** The least important goes first. */
export const IMPORTANCE = { sample: 0, progress: 1, transition: 2 } as const;

export type Importance = (typeof IMPORTANCE)[keyof typeof IMPORTANCE];

const { sample, progress, transition } = IMPORTANCE;

/** Steps that were carried out tell how something came about; what came of it is a transition. */
const IMPORTANCE_OF: Readonly<Record<EventKind, Importance>> = {
  agent_started: transition,
  device_renamed: transition,
  topic_prefix_changed: transition,
  host_name_changed: transition,
  store_recovered: transition,
  document_accepted: transition,
  document_refused: transition,
  document_cleared: transition,
  fix_applied: transition,
  restart_asked: transition,
  paused: transition,
  resumed: transition,
  switch_asked: transition,
  clock_jumped: transition,
  phase: transition,
  update_failed: transition,
  service_failed: transition,
  foreign_container: transition,
  step_failed: transition,
  image_removed: progress,
  create_network: progress,
  create_volume: progress,
  create_container: progress,
  start_container: progress,
  unpause_container: progress,
  stop_container: progress,
  join_network: progress,
  restart_container: progress,
  update_container: progress,
  remove_container: progress,
  remove_network: progress,
  leave_network: progress,
  remove_volume: progress,
  remove_folder: progress,
  sample,
};

export function importanceOf({ type }: NewEvent): Importance {
  return IMPORTANCE_OF[type];
}

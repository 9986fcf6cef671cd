// Where a deployment stands, by the rows of the table of phases: also the steps that no phase of its own tells.
import type { PHASE_TABLE } from '../../agent/model/phases.ts';
import type { DeploymentRecord } from '../../agent/model/record.ts';

export type Standing = keyof typeof PHASE_TABLE;

/** The row of a record; `isRemoval` says whether its desired document is an absent one. */
export function standingOf({ attempt, phase }: DeploymentRecord, isRemoval: boolean): Standing {
  if (attempt !== null) return phase === 'waiting' ? 'waiting' : attempt.stage;
  if (isRemoval) return phase === 'removed' ? 'removed' : 'removing';
  // Also where `retry` has just forgotten what was barred.
  if (phase === 'switching' || phase === 'failed') return 'rolling_back';
  // Of an update's phases only until the first look after a crash, where a second copy knew of the update's end.
  return phase;
}

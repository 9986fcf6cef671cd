// The parts of a plan's answer, made from what a rehearsal did.
// Tested in test/agent/whole/plan.test.ts.
import type { PlanAnswer } from '../../protocol/operations/plan.ts';
import { formatDuration } from '../../protocol/values/duration.ts';
import { cutText } from '../../protocol/values/text.ts';
import type { Facts } from '../model/facts.ts';
import { DISK_PER_BYTE } from '../model/image-room.ts';
import type { DeploymentRecord } from '../model/record.ts';
import { pathOf } from '../model/step-table.ts';
import type { Step } from '../model/steps.ts';
import type { EventJournal } from '../ports/store.ts';
import { planServices } from '../reconcile/rehearsal/actions.ts';
import { type Downtime, downtimeOf } from '../reconcile/rehearsal/downtime.ts';
import type { Rehearsal } from '../reconcile/rehearsal/rehearse.ts';
import { type LastSwitch, lastSwitchOf } from './last-switch.ts';

export interface Played {
  readonly facts: Facts;
  /** Before it. */
  readonly record: DeploymentRecord;
  readonly rehearsal: Rehearsal;
}

const MAX_REASON = 300;
/** All that the journal keeps. */
const EVENTS = 1000;

export function servicesPart({ facts, rehearsal }: Played, journal: EventJournal): PlanAnswer['services'] {
  const events = rehearsal.rounds.length === 0 ? [] : journal.newest(EVENTS);
  return planServices(facts, facts.observed, rehearsal).map(({ key, service, action, reason, spec }) => {
    const downtime = downtimeOf(key, rehearsal.rounds);
    const last = downtime?.isStarted === true ? lastSwitchOf(events, facts.deployment, service) : null;
    return {
      ...{ service: key, action, reason: cutText(reason, MAX_REASON) },
      image: spec?.service.image.text ?? null,
      downtime: downtime === null ? null : downtimePart(downtime, last),
    };
  });
}

function downtimePart(
  { stopMs, after, isStarted }: Downtime,
  last: LastSwitch | null,
): NonNullable<PlanAnswer['services'][number]['downtime']> {
  const stop = stopMs === 0 ? '' : `its stop takes up to ${formatDuration(stopMs)} (grace)`;
  const others = after.length === 0 ? '' : `${after.join(', ')} start before it`;
  const before =
    last === null
      ? 'how long its start takes is not known here'
      : `last time ${formatDuration(last.ms)} in all (${last.at})`;
  const words = isStarted ? [stop, others, before] : [stop, 'it is not started again'];
  return {
    stop_up_to_ms: stopMs,
    last_ms: last?.ms ?? null,
    last_at: last?.at ?? null,
    text: cutText(words.filter((word) => word !== '').join('; '), MAX_REASON),
  };
}

/** Networks, volumes and folders. */
export function resourcesPart({ rounds }: Rehearsal): PlanAnswer['resources'] {
  const steps = rounds.flatMap((round) => round.steps);
  return steps.flatMap((step) => {
    const action = ACTIONS[step.kind];
    return action === undefined ? [] : [{ path: pathOf(step), action }];
  });
}

const ACTIONS: Partial<Record<Step['kind'], 'create' | 'remove'>> = {
  create_network: 'create',
  create_volume: 'create',
  remove_network: 'remove',
  leave_network: 'remove',
  remove_volume: 'remove',
  remove_folder: 'remove',
};

export function diskPart(
  disk: { readonly path: string; readonly freeBytes: number } | null,
  reserveBytes: number,
  bytes: number | null,
): PlanAnswer['disk'] {
  if (disk === null) return null;
  const { path, freeBytes } = disk;
  const after = bytes === null ? null : freeBytes - bytes * DISK_PER_BYTE;
  return { path, free_bytes: freeBytes, free_after_bytes: after, reserve_bytes: reserveBytes };
}

export function verdictOf({ facts, record, rehearsal }: Played, isBlocked: boolean): PlanAnswer['verdict'] {
  if (isBlocked) return 'blocked';
  const isReached = record.attempt === null && isStanding(facts, record);
  return isReached && rehearsal.rounds.length === 0 ? 'nothing' : 'change';
}

function isStanding(
  { desired, proven, takesPart }: Facts,
  { proven: stands, phase }: DeploymentRecord,
): boolean {
  if (desired.document.state === 'absent') return phase === 'removed';
  if (desired.document.state === 'inherit' || !takesPart) return true;
  return proven !== null && stands?.hash === desired.hash;
}

// A pause that somebody asked for: what is decided is shown, and nothing of it is done.
// Tested in test/agent/whole/pauses.test.ts.
import type { Phase } from '../../protocol/reports/status.ts';
import { inSeconds } from '../../protocol/values/timestamp.ts';
import type { Decision } from '../model/decision.ts';
import type { Facts, Gate } from '../model/facts.ts';
import { agePause, beginPause, isChanging, leftOf, withPause } from '../model/pause.ts';
import type { Reason } from '../model/reason.ts';
import type { DeploymentRecord, Pause } from '../model/record.ts';
import { resumeAfterGap } from '../model/resume-record.ts';
import { decide } from './decide.ts';
import { isUp } from './running/select-container.ts';
import { earliest } from './running/wake.ts';

/** Of services that do not run. */
const MAX_NAMES = 5;
const LOOK_AGAIN_MS = 30_000;

/**
 * | pause | what follows |
 * |---|---|
 * | none | what is decided |
 * | asked for during a switch, its proof or a way back | what is decided, until that has come to its end |
 * | begun | nothing: the record stays as it is but for phase and reason, and what waits is shown as waiting |
 * | over | what is decided, as after a time in which nobody looked |
 */
export function decideUnlessPaused(facts: Facts, record: DeploymentRecord): Decision {
  const { pause } = record;
  if (pause === undefined) return decide(facts, record);
  if (pause.sinceMs === null) return decideFirst(facts, record, pause);
  const aged = agePause(pause, facts);
  if (aged !== null) return stayPaused(facts, record, aged);
  return decide(facts, withPause(resumeAfterGap(record, facts.nowMs), undefined));
}

/** Whether a pause that is asked for now has to wait. `record` is as before the decision, or as after it. */
export function mustEndFirst({ desired }: Pick<Facts, 'desired'>, record: DeploymentRecord): boolean {
  return desired.document.state !== 'absent' && isChanging(record);
}

/** Of a switch to what is not asked for any more: the verified revision gets its places back. */
export function isPuttingRight({ record, steps }: Pick<Decision, 'record' | 'steps'>): boolean {
  return record.attempt?.stage === 'pulling' && record.blocked === null && steps.length > 0;
}

function decideFirst(facts: Facts, record: DeploymentRecord, pause: Pause): Decision {
  const decision = decide(facts, record);
  const isAtRest = [record, decision.record].every((one) => !mustEndFirst(facts, one));
  if (!isAtRest || isPuttingRight(decision)) return decision;
  return stayPaused(facts, record, beginPause(pause, facts));
}

function stayPaused(facts: Facts, record: DeploymentRecord, pause: Pause): Decision {
  const decided = decide({ ...facts, gate: gateOf(facts.deployment, pause) }, record);
  const reason = reasonOf(facts.deployment, pause, downIn(decided));
  return {
    record: { ...withPause(record, pause), phase: phaseOf(facts, record, decided), reason },
    steps: [],
    wants: decided.wants,
    wakeInMs: earliest(leftOf(pause, facts.nowMs)),
    services: decided.services,
  };
}

/** Keeps an update from its switch, so that what runs is shown and not what is to come. */
function gateOf(deployment: string, pause: Pause): Gate {
  return { waitsFor: 'pause', reason: reasonOf(deployment, pause, []), lookAgainInMs: LOOK_AGAIN_MS };
}

const STANDS_STILL: Readonly<Partial<Record<Phase, Phase>>> = {
  ...{ pulling: 'waiting', switching: 'waiting', proving: 'waiting', removed: 'waiting' },
};

/** Nothing is under way. Only what was asked for and verified is called converged, and only while it runs. */
function phaseOf({ desired }: Facts, { proven }: DeploymentRecord, decided: Decision): Phase {
  const { attempt, phase } = decided.record;
  if (attempt?.stage === 'pulling') return 'waiting';
  if (phase === 'converged' && desired.hash !== proven?.hash) return 'waiting';
  if (phase === 'converged' && downIn(decided).length > 0) return 'degraded';
  return STANDS_STILL[phase] ?? phase;
}

/** Services of what is to run now that do not: nobody starts them but the engine by its own policy. */
function downIn({ record, services }: Decision): string[] {
  if (record.attempt?.stage === 'pulling') return [];
  const down = services.filter(
    ({ container, isCompleted }) => !isCompleted && (container === null || !isUp(container)),
  );
  return [...new Set(down.map(({ spec }) => spec.name))];
}

const ASKED = { device: 'on the device', fleet: 'by the fleet' } as const;

function reasonOf(deployment: string, { by, until, reason }: Pause, down: readonly string[]): Reason {
  const more = down.length > MAX_NAMES ? ` and ${down.length - MAX_NAMES} more` : '';
  const left = down.length === 0 ? '' : `; not running: ${down.slice(0, MAX_NAMES).join(', ')}${more}`;
  return {
    code: 'paused',
    message: `paused ${ASKED[by]} until ${inSeconds(until ?? '')}: ${reason}${left}`,
    hint: `it ends by itself then; to end it now: holdfast resume ${deployment}`,
  };
}

// An update from the revision that runs to the one that is desired. `PHASE_TABLE` in phases.ts has its stages.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { ServiceView } from '../../model/decision.ts';
import type { Facts } from '../../model/facts.ts';
import { keyOf } from '../../model/instance.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import { judgeServices } from '../running/judge.ts';
import { lookAtServices } from '../running/look.ts';
import { withoutRepeats } from '../running/repeats.ts';
import type { Desired, Updating } from './attempt.ts';
import { readLogs } from './condemned.ts';
import { over, type Progress } from './progress.ts';
import { pull } from './pulling.ts';
import type { Failed } from './rollback.ts';
import { switchAndProve } from './switching.ts';

/** From stage to stage: one that is over by this look hands the record on to the next. Over once it has failed. */
export function decideUpdate(facts: Facts, record: DeploymentRecord, desired: Desired): Progress<Failed> {
  const begun = heldBack(facts, beginUnlessBegun(facts, record, desired));
  const pulled = begun.attempt.stage === 'pulling' ? pull(facts, begun, desired) : over(begun);
  if (pulled.kind === 'lasts') return pulled;
  const isCondemned = pulled.next.attempt.stage === 'condemned';
  const tried = isCondemned ? pulled : switchAndProve(facts, pulled.next, desired);
  if (tried.kind === 'lasts') return tried;
  const condemned = tried.next;
  return readLogs(facts, condemned, { desired, services: viewServices(facts, condemned, desired) });
}

/** As at the last look: what happened since is noted by the stage that needs it. */
function viewServices(facts: Facts, record: DeploymentRecord, revision: Desired): ServiceView[] {
  return judgeServices(record, lookAtServices(facts, record, revision));
}

/** A hold sends a switch back that has not begun: what was created stays, and nothing else has been done. */
function heldBack({ gate }: Facts, record: Updating): Updating {
  const { attempt } = record;
  if (attempt.stage !== 'switching' || attempt.hasBegun === true || gate?.waitsFor !== 'hold') return record;
  return { ...record, attempt: { ...attempt, stage: 'pulling', pulledAtMs: null, clockFromMs: null } };
}

function beginUnlessBegun(facts: Facts, record: DeploymentRecord, desired: Desired): Updating {
  const { attempt } = record;
  if (attempt?.hash === desired.hash) return { ...record, attempt };
  return { ...withoutRepeats(record), attempt: beginAttempt(desired, failingBefore(facts, record)) };
}

function failingBefore(facts: Facts, record: DeploymentRecord): string[] {
  if (facts.proven === null) return [];
  return viewServices(facts, record, facts.proven)
    .filter(({ plight }) => plight === 'failing')
    .map(({ spec }) => keyOf(spec.instance));
}

function beginAttempt({ hash, revision }: Desired, brokenBefore: readonly string[]): Attempt {
  return {
    hash,
    revision,
    stage: 'pulling',
    pulledAtMs: null,
    clockFromMs: null,
    resumes: 0,
    brokenBefore,
    failures: {},
    verdict: null,
  };
}

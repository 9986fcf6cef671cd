// An update from the revision that runs to the one that is desired. `PHASE_TABLE` in phases.ts has its stages.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { Decision, ServiceView } from '../../model/decision.ts';
import type { Facts } from '../../model/facts.ts';
import { keyOf } from '../../model/instance.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import { judgeServices } from '../running/judge.ts';
import { lookAtServices } from '../running/look.ts';
import { withoutRepeats } from '../running/repeats.ts';
import type { Desired, Updating } from './attempt.ts';
import { readLogs } from './condemned.ts';
import { pull } from './pulling.ts';
import { switchAndProve } from './switching.ts';

export function decideUpdate(facts: Facts, record: DeploymentRecord, desired: Desired): Decision {
  const updating = heldBack(facts, beginUnlessBegun(facts, record, desired));
  switch (updating.attempt.stage) {
    case 'pulling':
      return pull(facts, updating, desired);
    case 'switching':
    case 'proving':
    case 'unproven':
      return switchAndProve(facts, updating, desired);
    case 'condemned':
      return readLogs(facts, updating, { desired, services: viewServices(facts, updating, desired) });
  }
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

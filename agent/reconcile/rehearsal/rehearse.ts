// A rehearsal: the planner is asked again and again, as by the loop of a deployment, of an engine on which every step works at
// once. What it would do is then a list of steps, and nothing is done.

import type { Facts } from '../../model/facts.ts';
import type { Observed } from '../../model/observed.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import type { Step, StepResult } from '../../model/steps.ts';
import { decide } from '../decide.ts';
import { recordOutcomes } from '../outcomes.ts';
import { recognise } from '../running/identity.ts';
import { standingOf } from '../running/images.ts';
import { allWell, atEase, takeStep } from './stage.ts';

/** A chain of dependencies through a large document takes fewer. */
const MAX_ROUNDS = 150;
/** Between two rounds, so that no two runs begin at the same moment. */
const ROUND_MS = 1;

/** One decision that led to steps. */
export interface Round {
  /** What there was before them: ours alone. */
  readonly observed: Observed;
  /** Side by side. */
  readonly steps: readonly Step[];
}

export interface Rehearsal {
  readonly rounds: readonly Round[];
  /** As it is left. */
  readonly record: DeploymentRecord;
  /** Whether it came to rest: else what follows is not known. */
  readonly isWhole: boolean;
}

/**
 * `facts` as they are now, but for what is taken for granted: images are here, no gate holds, and what runs is well.
 * `record` is read and not changed. Round by round: a large document takes long, and whoever plays it has other things to do.
 */
export function* rehearse(
  facts: Facts,
  record: DeploymentRecord,
): Generator<undefined, Rehearsal, undefined> {
  const rounds: Round[] = [];
  let scene: Scene = { facts: { ...facts, observed: atEase(facts.observed), gate: null }, record };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = playRound(scene);
    if (next.steps.length > 0) rounds.push({ observed: scene.facts.observed, steps: next.steps });
    if (next.waitMs === null) return { rounds, record: next.scene.record, isWhole: true };
    scene = next.scene;
    yield;
  }
  return { rounds, record: scene.record, isWhole: false };
}

interface Scene {
  readonly facts: Facts;
  readonly record: DeploymentRecord;
}

interface Played {
  readonly scene: Scene;
  readonly steps: readonly Step[];
  /** `null` where it rests. */
  readonly waitMs: number | null;
}

function playRound({ facts: before, record: known }: Scene): Played {
  const { deployment, nowMs } = before;
  const { record, observed: ours } = recognise({ deployment, record: known, observed: before.observed });
  const facts: Facts = { ...before, observed: ours, health: allWell(ours, nowMs) };
  const decision = decide(facts, record);
  const steps = decision.steps.filter(({ kind }) => kind !== 'read_last_logs');
  const { observed, results } = playSteps(facts, steps);
  const isAtRest = steps.length === 0 && decision.record.attempt === null;
  // Of an attempt, a wait for the next try of what failed before: it is over in no time here.
  const waitMs = steps.length > 0 ? ROUND_MS : isAtRest ? null : decision.wakeInMs;
  const later = laterBy(facts, waitMs ?? 0);
  const scene = {
    facts: { ...later, observed, proven: provenAfter(facts, decision.record) },
    record: recordOutcomes(decision.record, results, facts),
  };
  return { scene, steps, waitMs };
}

function playSteps(
  facts: Facts,
  steps: readonly Step[],
): { observed: Observed; results: readonly StepResult[] } {
  const results: StepResult[] = [];
  let { observed } = facts;
  for (const step of steps) {
    const effect = takeStep(observed, step, {
      wallTime: facts.wallTime,
      imageIdOf: ({ spec }) => {
        const standing = standingOf(facts.images, spec);
        return standing.kind === 'present' ? standing.imageId : '';
      },
    });
    observed = effect.observed;
    results.push({ step, outcome: effect.outcome });
  }
  return { observed, results };
}

function laterBy(facts: Facts, ms: number): Facts {
  const wallTime = new Date(Date.parse(facts.wallTime) + ms).toISOString();
  return { ...facts, nowMs: facts.nowMs + ms, wallTime };
}

/** The desired revision, once it has proven itself. */
function provenAfter({ desired, proven }: Facts, record: DeploymentRecord): Facts['proven'] {
  if (record.proven === null) return null;
  if (record.proven.hash !== desired.hash || desired.document.state !== 'present') return proven;
  return { ...desired, document: desired.document };
}

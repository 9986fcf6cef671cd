// What the fleet's images do when they run, by class: what may be expected of a revision in the end.
import type { Random } from '../../../lib/time/clock.ts';
import { type Program, programs } from '../../fakes/engine/programs.ts';
import { between, pick } from '../../fakes/random.ts';
import type { DeploymentPlan, JobPlan } from './deployment-plan.ts';

/**
 * Of a revision, by the image of its first service; of a bad one the job alone may be to blame.
 *
 * | class | what becomes of it |
 * |---|---|
 * | good | proves itself, and runs on |
 * | bad | never proves itself |
 * | flaky | proves itself, and fails from time to time |
 * | missing | is not in the registry |
 */
export type ImageClass = 'good' | 'bad' | 'flaky' | 'missing';

/** What a flaky image leaks to its limit of 64 MiB: gone within the hour. */
const LEAK_BYTES_PER_SECOND = 20_000;

export function drawProgram(
  imageClass: ImageClass,
  random: Random,
  has: (trait: string) => boolean,
): Program {
  switch (imageClass) {
    case 'good':
      return pick(random, [
        programs.healthy,
        programs.healthy,
        programs.slowToStart(between(random, 500, 4000)),
        programs.stopsCleanly,
        programs.ignoresSigterm,
      ]);
    case 'bad':
      return pick(random, [
        programs.crashesAtOnce,
        programs.neverAnswers,
        programs.exitsAfter(between(random, 1000, 6000), 1),
        programs.needs('nobody'),
        // Healthy when asked once, and not for `healthy_after`.
        ...(has('answers_at_first') ? [programs.hangsAfter(between(random, 2000, 9000))] : []),
      ]);
    case 'flaky':
      return drawFlaky(random, has);
    case 'missing':
      return programs.healthy;
  }
}

function drawFlaky(random: Random, has: (trait: string) => boolean): Program {
  const late = between(random, 20 * 60_000, 5 * 3_600_000);
  const gone = pick(random, [
    programs.exitsAfter(late, 1),
    programs.hangsAfter(late),
    programs.leaks(LEAK_BYTES_PER_SECOND),
  ]);
  // Often enough in a row for a wait of minutes, and soon enough to come before a correction.
  const stumbling = programs.stumbles(late / 4, 5 + Math.floor(random() * 4));
  // Just after its proof, or in the midst of one that an agent sleeps through; a further start mends it.
  const turning = programs.changesAfter(
    1,
    programs.hangsAfter(between(random, 8000, 90_000)),
    programs.healthy,
  );
  // As soon as it is proven, or a little later, again and again.
  const looping = has('crash_loops')
    ? [programs.exitsAfter(pick(random, [12_000, between(random, 60_000, 8 * 60_000)]), 1)]
    : [];
  return pick(random, [gone, gone, stumbling, stumbling, turning, ...looping]);
}

/** The grace that a revision asks for, and its program made to take nearly as long to stop. */
export function drawStop(
  { isSlowToStop }: DeploymentPlan,
  random: Random,
): { grace: string | null; slowed: (program: Program) => Program } {
  const graceS = isSlowToStop ? pick(random, [2, 30, 180, 300]) : null;
  if (graceS === null) return { grace: null, slowed: (program) => program };
  const stopTakesMs = graceS * 1000 * between(random, 0.2, 0.9);
  return { grace: `${graceS}s`, slowed: (program) => (context) => ({ ...program(context), stopTakesMs }) };
}

/** What a job does. One that the engine starts again may fail at first: fewer times than end an update. */
export function drawJobProgram(isBad: boolean, { restart }: JobPlan, random: Random): Program {
  const failing = programs.exitsAfter(between(random, 300, 6000), 1);
  const ending = programs.exitsAfter(between(random, 300, 30_000), 0);
  const failures = restart === 'on-failure' && random() < 0.5 ? pick(random, [1, 2]) : 0;
  return isBad ? failing : programs.changesAfter(failures, failing, ending);
}

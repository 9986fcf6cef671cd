// §7.5: an update is proven by the time that it asks for, condemned at its deadline and no sooner, and until then
// what ran before it is kept for the way back.
import type { Promised } from '../scene.ts';
import { hasSpec, type Memory, specsIn } from '../scene.ts';

const PROVEN = '5 proven is what ran for healthy_after';
const SEEN = '5 proven is what was seen good';
const DEADLINE = '5 the deadline counts from the end of the pull';
const IN_TIME = '5 the deadline ends the wait';
const WAY_BACK = '5 the old stays until the new is proven';
/** A service that fails so often before its proof is given up before the deadline. */
const MAX_FAILURES = 3;
/** An interval of the fleet's probes and their time-out, and a little more. */
const LAST_LOOK_MS = 35_000;
/** The last steps, the waits after a trouble that is over, and the hour between two looks. */
const LATE_MS = 90 * 60_000;

export const provenByTime: Promised = {
  name: PROVEN,
  watch(scene) {
    const { world } = scene;
    const bornMs = new Map<string, number>();
    const proven = new Map<string, string>();
    const exempt = new Map<string, readonly string[]>();
    world.daemon.witnesses.push((event, { id }) => {
      if (event === 'start' && !bornMs.has(id)) bornMs.set(id, world.clock.monotonicMs());
      if (event === 'destroy') bornMs.delete(id);
    });
    scene.memoryListeners.push((name, memory) => {
      const { record, proven: revision } = memory;
      // Of a service that failed before the update nothing is asked.
      if (record.attempt !== null) exempt.set(name, record.attempt.brokenBefore);
      if (revision === null || record.proven === null || proven.get(name) === record.proven.hash) return;
      proven.set(name, record.proven.hash);
      const { document } = revision;
      const askedMs = document.state === 'present' ? document.update.healthyAfterMs : 0;
      for (const container of world.up(name)) {
        const ranMs = world.clock.monotonicMs() - (bornMs.get(container.id) ?? 0);
        const isJudged = hasSpec(revision, container) && !exempt.get(name)?.includes(container.spec.name);
        if (isJudged && ranMs < askedMs)
          scene.fail(
            PROVEN,
            `${name}/${container.spec.name} is called proven ${ranMs} ms after its first start`,
          );
      }
    });
  },
};

export const provenWasSeen: Promised = {
  name: SEEN,
  watch(scene) {
    const { world, fleet } = scene;
    const proven = new Map<string, string>();
    const exempt = new Map<string, readonly string[]>();
    scene.memoryListeners.push((name, { record, proven: revision }) => {
      // Of a service that failed before the update nothing is asked.
      if (record.attempt !== null) exempt.set(name, record.attempt.brokenBefore);
      if (revision === null || record.proven === null || proven.get(name) === record.proven.hash) return;
      proven.set(name, record.proven.hash);
      const bad = specsIn(revision).find(
        (spec) => fleet.classOf(spec.service.image.text) === 'bad' && !exempt.get(name)?.includes(spec.name),
      );
      if (bad !== undefined) scene.fail(SEEN, `${name}/${bad.name} never was good for healthy_after`);
      const nowMs = world.clock.monotonicMs();
      const judged = world.up(name).filter((container) => hasSpec(revision, container));
      for (const { hangsSinceMs, spec, id } of judged) {
        if (hangsSinceMs === null || exempt.get(name)?.includes(spec.name)) continue;
        // With a tag that has moved the one before asks for the same, and is still to be stopped.
        if (judged.findLast((other) => other.spec.name === spec.name)?.id !== id) continue;
        // What hangs at the end of a freeze was not seen to answer since.
        const isSleptThrough = hangsSinceMs < world.thawedMs;
        if (isSleptThrough || nowMs - hangsSinceMs > LAST_LOOK_MS)
          scene.fail(SEEN, `${name}/${spec.name} has hung for ${nowMs - hangsSinceMs} ms, and is proven`);
      }
    });
  },
};

interface Trial {
  readonly hash: string;
  readonly sinceMs: number;
}

export const deadlineIsKept: Promised = {
  name: DEADLINE,
  watch(scene) {
    const trials = new Map<string, Trial>();
    scene.memoryListeners.push((name, memory) => {
      const { attempt } = memory.record;
      if (attempt === null || attempt.pulledAtMs === null) {
        trials.delete(name);
        return;
      }
      const nowMs = scene.world.clock.monotonicMs();
      const before = trials.get(name);
      const trial = before?.hash === attempt.hash ? before : { hash: attempt.hash, sinceMs: nowMs };
      trials.set(name, trial);
      const isTimedOut = attempt.stage === 'condemned' && attempt.verdict?.reason.code !== 'never_proven';
      const tookMs = nowMs - trial.sinceMs;
      if (isTimedOut && tookMs < deadlineMs(memory) && !isCrashing(memory))
        scene.fail(DEADLINE, `${name} was given up ${tookMs} ms after the end of its pull`);
    });
  },
};

export const deadlineEndsTheWait: Promised = {
  name: IN_TIME,
  look(scene) {
    const { world, fleet, untroubledMs } = scene;
    for (const { name } of fleet.plans) {
      const memory = scene.memoryOf(name);
      const attempt = memory?.record.attempt ?? null;
      if (memory === null || attempt === null || attempt.pulledAtMs === null) continue;
      const isOpen = attempt.stage === 'switching' || attempt.stage === 'proving';
      const fromMs = attempt.clockFromMs ?? attempt.pulledAtMs;
      const lateMs = world.processMs - fromMs - deadlineMs(memory);
      if (isOpen && attempt.hash === memory.desired?.hash && Math.min(lateMs, untroubledMs) > LATE_MS)
        scene.fail(IN_TIME, `${name} is undecided ${lateMs} ms after its deadline`);
    }
  },
};

function deadlineMs({ desired }: Memory): number {
  return desired?.document.state === 'present' ? desired.document.update.deadlineMs : 0;
}

function isCrashing({ record, desired }: Memory): boolean {
  const failures = record.attempt?.failures ?? {};
  return specsIn(desired).some(
    ({ name, settings }) => (failures[name] ?? 0) >= (settings.restartPolicy === 'no' ? 1 : MAX_FAILURES),
  );
}

export const oldStaysUntilProven: Promised = {
  name: WAY_BACK,
  watch(scene) {
    const { world } = scene;
    world.daemon.witnesses.push((event, container) => {
      if (event !== 'destroy' || !scene.isOurs(container) || scene.wasTouched(container)) return;
      const { deployment, spec } = container;
      const memory = scene.memoryOf(deployment);
      if (memory === null || memory.desired === null || memory.desired.document.state !== 'present') return;
      const { attempt } = memory.record;
      const isOnTrial = attempt?.hash === memory.desired.hash && attempt.pulledAtMs !== null;
      if (!isOnTrial || !hasSpec(memory.proven, container) || hasSpec(memory.desired, container)) return;
      const isLast = world.daemon.of(deployment, spec.name).every((other) => !hasSpec(memory.proven, other));
      if (isLast)
        scene.fail(
          WAY_BACK,
          `${deployment}/${spec.name} r${spec.revision} is gone, and its successor not proven`,
        );
    });
  },
};

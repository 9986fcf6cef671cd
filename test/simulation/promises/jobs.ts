// Jobs: what ends by itself is not done twice, and who awaits its good end waits for it.
import type { Container } from '../../fakes/engine/container.ts';
import type { Promised } from '../scene.ts';
import { hasSpec, isJob, type Scene, specsIn } from '../scene.ts';

const DONE = '1 a job that is done stays done';
const REMEMBERED = '1 what is done stays done though its container is gone';
const AWAITED = 'who awaits a job starts after it';

export const jobsAreDoneOnce: Promised = {
  name: DONE,
  watch(scene) {
    scene.world.daemon.witnesses.push((event, container) => {
      const { deployment, spec, runs, exitCode } = container;
      if (!scene.isOurs(container)) return;
      // At its start a container still shows what its last run left with.
      if (event !== 'start' || !isJob(spec) || runs === 1 || exitCode !== 0) return;
      if (!scene.wasTouched(container)) scene.fail(DONE, `${deployment}/${spec.name} was started again`);
    });
  },
};

export const doneJobsAreRemembered: Promised = {
  name: REMEMBERED,
  watch(scene) {
    const { world } = scene;
    const done = new Set<string>();
    scene.memoryListeners.push((name, { record }) => {
      if (record.phase !== 'removed' && !scene.wasCommanded) return;
      for (const key of done) if (key.startsWith(`${name} `)) done.delete(key);
    });
    world.daemon.witnesses.push((event, container) => {
      const { deployment, spec, exitCode } = container;
      if (!scene.isOurs(container)) return;
      const key = `${deployment} ${spec.hash}`;
      if (event === 'die' && isJob(spec) && exitCode === 0) done.add(key);
      // A memory that was rebuilt knows of no job.
      if (event !== 'start' || !done.has(key) || scene.wasTouched(container) || world.recoveries > 0) return;
      scene.fail(REMEMBERED, `${deployment}/${spec.name} was done, and is started again`);
    });
  },
};

export const jobsAreAwaited: Promised = {
  name: AWAITED,
  watch(scene) {
    /** Specs of jobs that have ended well, by deployment: also where somebody has removed the container since. */
    const done = new Set<string>();
    scene.world.daemon.witnesses.push((event, container) => {
      const { deployment, spec, runs, exitCode } = container;
      if (!scene.isOurs(container)) return;
      if (event === 'die' && isJob(spec) && exitCode === 0) done.add(`${deployment} ${spec.hash}`);
      // Later starts may be the engine's, which knows of no order.
      if (event !== 'start' || runs > 1) return;
      const job = awaitedBy(scene, container);
      if (job !== null && !done.has(`${deployment} ${job}`))
        scene.fail(AWAITED, `${deployment}/${spec.name} r${spec.revision} starts, and its job is not done`);
    });
  },
};

/** The spec of the job that a container's service has to await; `null` where it awaits none. */
function awaitedBy(scene: Scene, container: Container): string | null {
  const memory = scene.memoryOf(container.deployment);
  const revision = [memory?.desired, memory?.proven].find((other) => hasSpec(other ?? null, container));
  const specs = specsIn(revision ?? null);
  const asked = specs.find(({ name }) => name === container.spec.name)?.service.dependsOn ?? [];
  const awaited = asked.find(({ condition }) => condition === 'service_completed_successfully');
  return specs.find(({ name }) => name === awaited?.service)?.hash ?? null;
}

// `pull_policy: always`: a tag that moves is looked at for each revision, and at no other time.
import type { Container } from '../../fakes/engine/container.ts';
import type { Promised } from '../scene.ts';
import { hasSpec, type Scene } from '../scene.ts';

const WAITS = 'a moved tag waits for the next revision';
const FOLLOWED = 'a revision runs what its tag named';

export const tagsWait: Promised = {
  name: WAITS,
  watch(scene) {
    const { world } = scene;
    world.daemon.witnesses.push((event, container) => {
      const { deployment, spec } = container;
      if (
        event !== 'create' ||
        !scene.isOurs(container) ||
        spec.service.pullPolicy !== 'always' ||
        scene.isNews(deployment)
      )
        return;
      const memory = scene.memoryOf(deployment);
      if (memory === null || memory.proven === null || memory.proven.hash !== memory.desired?.hash) return;
      const others = world
        .up(deployment, spec.name)
        .filter((other) => other !== container && hasSpec(memory.desired, other));
      if (others.some((other) => isNamed(scene, other)))
        scene.fail(WAITS, `${deployment}/${spec.name} is made anew, and runs as asked`);
    });
  },
};

export const tagsAreFollowed: Promised = {
  name: FOLLOWED,
  checkEnd(scene) {
    const { world, fleet } = scene;
    for (const { name } of fleet.plans) {
      const isConverged = world.status(name)?.running?.hash === fleet.expected(name)?.hash;
      const stray = world
        .up(name)
        .find((container) => container.spec.service.pullPolicy === 'always' && !isNamed(scene, container));
      if (isConverged && stray !== undefined)
        scene.fail(FOLLOWED, `${name}/${stray.spec.name} runs an image from before the newest revision`);
    }
  },
};

/** Whether its image is one that the tag named when the newest revision was published, or later. */
function isNamed({ world, fleet }: Scene, { deployment, spec, image }: Container): boolean {
  const { tagsBefore = 0 } = fleet.expected(deployment)?.standing ?? {};
  return world.registry.pushedAs(spec.service.image.text).slice(tagsBefore).includes(image.id);
}

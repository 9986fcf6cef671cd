// §7.4: no running service is stopped before its successor's image is wholly there.

import type { Promised } from '../scene.ts';
import { hasSpec, specsIn } from '../scene.ts';

const NAME = '4 no stop before the image is there';

export const imageBeforeStop: Promised = {
  name: NAME,
  watch(scene) {
    const { world, fleet } = scene;
    world.daemon.witnesses.push((event, container) => {
      // As the stop begins: while it takes its time another revision may come.
      if (event !== 'kill' || !scene.isOurs(container) || scene.wasTouched(container)) return;
      const { deployment, spec } = container;
      // One that fails now and then is stopped to be started again, as is one whose namespaces have ended.
      if (fleet.classOf(spec.service.image.text) !== 'good' || !container.hasNamespaces) return;
      const memory = scene.memoryOf(deployment);
      if (memory === null || memory.desired?.document.state !== 'present') return;
      // The agent has not taken it up yet, and may still carry out a step towards the one before.
      if (memory.record.attempt?.hash !== memory.desired.hash) return;
      // What is stopped of the proven revision makes way for the desired one.
      if (!hasSpec(memory.proven, container) || hasSpec(memory.desired, container)) return;
      const missing = specsIn(memory.desired)
        .map(({ service }) => service.image.text)
        .filter((image) => world.daemon.images.find(image) === null);
      if (missing.length > 0)
        scene.fail(NAME, `${deployment}/${spec.name} was stopped, and ${missing.join(', ')} is not there`);
    });
  },
};

const SWITCH = '4 no switch before the images are there';

export const imagesBeforeSwitch: Promised = {
  name: SWITCH,
  watch(scene) {
    const { world } = scene;
    /** Updates that are past their pull, by deployment. */
    const switching = new Map<string, string>();
    scene.memoryListeners.push((name, { record, desired }) => {
      const { attempt } = record;
      const isPast = attempt !== null && attempt.stage !== 'pulling';
      if (!isPast) switching.delete(name);
      if (!isPast || switching.get(name) === attempt.hash || attempt.hash !== desired?.hash) return;
      switching.set(name, attempt.hash);
      const missing = specsIn(desired)
        .filter(
          (spec) => !world.daemon.of(name, spec.name).some((container) => container.spec.hash === spec.hash),
        )
        .filter(({ service }) => world.daemon.images.find(service.image.text) === null);
      if (missing.length > 0)
        scene.fail(SWITCH, `${name} switches, and ${missing[0]?.service.image.text} is not there`);
    });
  },
};

// A port that moves to another service of the deployment waits for whoever has it.
import type { Promised } from '../scene.ts';

const NAME = 'no service waits in vain for a port of its own deployment';

export const portsAreHandedOver: Promised = {
  name: NAME,
  watch(scene) {
    scene.world.daemon.onPortTaken = (container, holder) => {
      if (!scene.isOurs(container) || holder.deployment !== container.deployment) return;
      if (!holder.isForeign && !scene.wasTouched(holder))
        scene.fail(
          NAME,
          `${container.deployment}/${container.spec.name} is started while ${holder.spec.name} has its port`,
        );
    };
  },
};

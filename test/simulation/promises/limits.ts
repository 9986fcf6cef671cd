// §7.9: a limit that was asked for is in force, or told as not enforced.
import type { Promised } from '../scene.ts';

const NAME = '9 limits are in force or told';

export const limitsAreTold: Promised = {
  name: NAME,
  checkEnd(scene) {
    const { world, fleet } = scene;
    for (const { name } of fleet.plans) {
      for (const { spec, settings } of world.up(name)) {
        const told = world.status(name)?.services[spec.name]?.limits?.not_enforced ?? [];
        const isLost = spec.settings.memoryBytes > 0 && settings.memoryBytes === 0;
        if (isLost && !told.includes('memory'))
          scene.fail(NAME, `${name}/${spec.name} runs with no memory limit, and nobody was told`);
      }
    }
  },
};

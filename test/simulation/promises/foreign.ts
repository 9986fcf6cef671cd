// §7.8: the agent removes nothing that it did not make, and no volume with data unless told to by name.
import { FOREIGN } from '../faults/foreign.ts';
import type { Promised } from './promise.ts';

const NAME = '8 nothing foreign is touched';

export const nothingForeignTouched: Promised = {
  name: NAME,
  watch(scene) {
    const { world } = scene;
    world.daemon.witnesses.push((event, { deployment }) => {
      if (deployment === FOREIGN && (event === 'stop' || event === 'destroy' || event === 'update'))
        scene.fail(NAME, `a foreign container saw "${event}"`);
    });
  },
};

const VOLUMES = '8 no volume goes unless told by name';

export const volumesStay: Promised = {
  name: VOLUMES,
  watch(scene) {
    const { world, fleet } = scene;
    const seen = new Set<string>();
    const purged = new Set<string>();
    fleet.onPurge = (deployment) => purged.add(deployment);
    world.daemon.witnesses.push(() => {
      for (const volume of world.daemon.volumes) seen.add(volume);
      for (const volume of seen) {
        const [deployment = ''] = volume.split('/');
        if (!world.daemon.volumes.has(volume) && !purged.has(deployment))
          scene.fail(VOLUMES, `${volume} is gone`);
      }
    });
  },
};

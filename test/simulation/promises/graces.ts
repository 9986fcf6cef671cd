// Each container is stopped in the time that it was promised when it was made, whoever takes its place.
import type { Promised } from '../scene.ts';

const NAME = 'a stop keeps to the grace of what is stopped';

export const gracesAreKept: Promised = {
  name: NAME,
  watch(scene) {
    scene.world.daemon.witnesses.push((event, container) => {
      const { deployment, spec, wasCutShort, stopGraceMs } = container;
      if (event !== 'stop' || !wasCutShort || !scene.isOurs(container) || scene.wasTouched(container)) return;
      scene.fail(
        NAME,
        `${deployment}/${spec.name} r${spec.revision} was killed before its ${stopGraceMs} ms`,
      );
    });
  },
};

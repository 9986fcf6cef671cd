// §7.8: the agent removes nothing that it did not make, and no volume or folder with data unless told to by name.
import type { Status } from '../../../protocol/reports/status.ts';
import { DEFAULT_TOPIC_PREFIX, parseTopic } from '../../../protocol/topics.ts';
import { FOREIGN } from '../faults/foreign.ts';
import type { Promised, Scene } from '../scene.ts';

const NAME = '8 nothing foreign is touched';

export const nothingForeignTouched: Promised = {
  name: NAME,
  watch(scene) {
    const { world } = scene;
    world.daemon.witnesses.push((event, container) => {
      const isTouching = event === 'stop' || event === 'destroy' || event === 'update';
      if (container.deployment === FOREIGN && isTouching && !scene.wasTouched(container))
        scene.fail(NAME, `a foreign container saw "${event}"`);
    });
  },
};

const COPIES = '14 a container that others made is left alone';

export const copiesLeftAlone: Promised = {
  name: COPIES,
  watch(scene) {
    const { world } = scene;
    const isWhole = (): boolean => world.recoveries === 0;
    world.daemon.witnesses.push((event, container) => {
      const isTouching = event === 'kill' || event === 'destroy' || event === 'update';
      if (isTouching && container.isForeign && !scene.wasTouched(container) && isWhole())
        scene.fail(COPIES, `${container.name} of ${container.deployment} saw "${event}"`);
    });
    scene.takenListeners.push(({ topic, payload }) => {
      const copies = [...world.daemon.containers.values()].filter(({ isForeign }) => isForeign);
      if (copies.length === 0 || parseTopic(DEFAULT_TOPIC_PREFIX, topic)?.kind !== 'status') return;
      const { deployment, services }: Status = JSON.parse(payload);
      for (const [service, { container: told }] of Object.entries(services)) {
        const copy = copies.find(({ id }) => told !== null && id.startsWith(told));
        if (copy !== undefined && isWhole())
          scene.fail(COPIES, `${copy.name} is told as ${deployment}/${service}`);
      }
    });
  },
};

const VOLUMES = '8 no volume goes unless told by name';

export const volumesStay: Promised = {
  name: VOLUMES,
  watch: (scene) => watchKept(scene, VOLUMES, scene.world.daemon.volumes),
};

const FOLDERS = '8 no folder goes unless told by name';

export const foldersStay: Promised = {
  name: FOLDERS,
  watch: (scene) => watchKept(scene, FOLDERS, scene.world.folders.made),
};

/** `there` are names that begin with their deployment. */
function watchKept(scene: Scene, name: string, there: Pick<ReadonlySet<string>, 'has' | 'keys'>): void {
  const seen = new Set<string>();
  const purged = new Set<string>();
  scene.fleet.purgeListeners.push((deployment) => purged.add(deployment));
  scene.world.daemon.witnesses.push(() => {
    for (const one of there.keys()) seen.add(one);
    for (const one of seen) {
      const [deployment = ''] = one.split('/');
      if (!there.has(one) && !purged.has(deployment)) scene.fail(name, `${one} is gone`);
    }
  });
}

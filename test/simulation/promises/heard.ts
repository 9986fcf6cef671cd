// What stands at the broker is heard in time, also where the connection never broke.
import { DEFAULT_TOPIC_PREFIX, formatTopic, parseAddressee } from '../../../protocol/topics.ts';
import type { Standing } from '../fleet/fleet.ts';
import type { Promised, Scene } from '../scene.ts';

const NAME = 'what stands at the broker is heard';
/** Subscribed to anew after 90 minutes at most, and an hour between two looks. */
const HEARD_MS = 3.5 * 3_600_000;

export const standingIsHeard: Promised = {
  name: NAME,
  look(scene) {
    const { world, fleet, untroubledMs } = scene;
    const { broker, clock, store } = world;
    if (!broker.isUp || store === null || broker.isTroubled || untroubledMs < HEARD_MS) return;
    for (const standing of fleet.standings) {
      const { deployment, source, revision, publishedMs } = standing;
      const stoodMs = clock.monotonicMs() - Math.max(publishedMs, broker.troubledMs);
      if (stoodMs < HEARD_MS || !isRetained(scene, standing)) continue;
      const accepted = store.acceptedRevisions(deployment).find((document) => document.source === source);
      if ((accepted?.revision ?? 0) < revision)
        scene.fail(
          NAME,
          `${deployment} r${revision} of ${source} stands for ${stoodMs} ms, and is not heard`,
        );
    }
  },
};

/** Whether the broker still has it: somebody may have cleared it, and others may publish what is older. */
function isRetained({ world }: Scene, { deployment, source, body }: Standing): boolean {
  if (source !== 'device' && !world.groups.includes(source.slice('groups/'.length))) return false;
  const to = parseAddressee(source === 'device' ? `devices/${world.device}` : source);
  if (to === null) return false;
  const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'deployment', to, name: deployment });
  return world.broker.retained.get(topic) === body;
}

// §7.3: an accepted document survives whatever comes.
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { DEFAULT_TOPIC_PREFIX, formatAddressee, parseTopic } from '../../../protocol/topics.ts';
import type { Message } from '../../fakes/memory-broker.ts';
import type { Promised, Scene } from '../scene.ts';

const NAME = '3 accepted documents survive';
const ONE_CONTENT = '3 a revision is one content';
/** Writes that may drop documents. */
const FORGETTING: ReadonlySet<string> = new Set(['acceptDocument', 'noteRemoved']);

export const acceptedDocumentsSurvive: Promised = {
  name: NAME,
  watch(scene) {
    /** By deployment and source: the highest revision that the device acknowledged or whose acceptance had returned. */
    const accepted = new Map<string, number>();
    const check = (): void => {
      // Another listener may have ended the agent in this very moment.
      if (scene.world.store === null) return;
      const now = acceptedNow(scene);
      for (const [key, before] of accepted) {
        const revision = now.get(key);
        if (revision === undefined) scene.fail(NAME, `${key} was accepted at ${before}, and is gone`);
        else if (revision < before)
          scene.fail(NAME, `${key} was accepted at ${before}, and stands at ${revision}`);
      }
      for (const [key, revision] of now) accepted.set(key, revision);
    };
    scene.world.broker.onAcknowledged = (message) => {
      const document = documentIn(message, scene.world.groups);
      // What is refused for its revision is acknowledged too.
      if (document !== null && document.revision > (accepted.get(document.key) ?? 0))
        accepted.set(document.key, document.revision);
    };
    let life = scene.world.store;
    scene.writeListeners.push((method) => {
      const isNewLife = scene.world.store !== life;
      life = scene.world.store;
      // What a start does not find is gone; and a change of one document may cost another.
      if (isNewLife || FORGETTING.has(method)) check();
    });
  },
};

export const revisionsAreOneContent: Promised = {
  name: ONE_CONTENT,
  watch(scene) {
    /** The hash that was accepted, by deployment, source and revision. */
    const hashes = new Map<string, string>();
    scene.writeListeners.push((method) => {
      const { store } = scene.world;
      if (method !== 'acceptDocument' || store === null) return;
      for (const { name } of scene.fleet.plans)
        for (const { source, revision, hash } of store.acceptedRevisions(name)) {
          const key = `${name} r${revision} of ${source}`;
          if ((hashes.get(key) ?? hash) !== hash) scene.fail(ONE_CONTENT, `${key} became another document`);
          hashes.set(key, hash);
        }
    });
  },
};

/** A sound document, which the device has to store before it acknowledges it; `null`: something else. */
function documentIn(
  { topic: text, payload }: Message,
  groups: readonly string[],
): { key: string; revision: number } | null {
  const topic = parseTopic(DEFAULT_TOPIC_PREFIX, text);
  if (topic?.kind !== 'deployment' || !payload.startsWith('{')) return null;
  // A session still has the topics of a group that the device has left.
  if (topic.to.kind === 'group' && !groups.includes(topic.to.group)) return null;
  const parsed = parseDeployment(JSON.parse(payload));
  if (!parsed.ok) return null;
  const source = topic.to.kind === 'device' ? 'device' : formatAddressee(topic.to);
  return { key: `${topic.name} of ${source}`, revision: parsed.value.document.revision };
}

function acceptedNow({ world, fleet }: Scene): Map<string, number> {
  const { store } = world;
  if (store === null) return new Map();
  const entries = fleet.plans.flatMap(({ name }) =>
    store.acceptedRevisions(name).map(({ source, revision }) => [`${name} of ${source}`, revision] as const),
  );
  return new Map(entries);
}

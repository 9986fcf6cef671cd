// §7.5: content that failed its proof stays barred, on disk, until somebody says `retry` or asks for its removal.
import type { Revision } from '../../../agent/model/revision.ts';
import { parseStoredDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { parseJsonText } from '../../../protocol/payload.ts';
import type { Promised, Scene } from '../scene.ts';
import { hasSpec, specsIn } from '../scene.ts';

const NAME = '5 barred content is not tried';
/** Longer than an update goes on after it. */
const AFTER_OUTAGE_MS = 3_600_000;
const CAUSE = '16 a verdict tells its cause';
const CREATING: ReadonlySet<string> = new Set([
  'create_network',
  'create_volume',
  'create_container',
  'start_container',
]);
const GOOD = '5 what is good is not barred for good';
/** How many contents a device remembers as barred. */
const MAX_BARRED = 20;

export const barredStaysBarred: Promised = {
  name: NAME,
  watch(scene) {
    const { world, fleet } = scene;
    /** By deployment: what is barred for good as the agent names it, and as an honest witness does. */
    const barred = new Map<string, Map<string, string>>(fleet.plans.map(({ name }) => [name, new Map()]));
    scene.memoryListeners.push((name, memory) => {
      const known = barred.get(name);
      if (known === undefined) return;
      const stored = memory.record.barred.filter(({ retry }) => retry === undefined);
      if (memory.desired?.document.state === 'absent') known.clear();
      const named = memory.desired === null ? '' : nameOf(scene, memory.desired);
      const now = new Map(stored.map(({ content }) => [content, known.get(content) ?? named]));
      const lost = [...known.keys()].filter((content) => !now.has(content));
      if (
        lost.length > 0 &&
        stored.length < MAX_BARRED &&
        !scene.wasCommanded &&
        memory.record.proven?.hash !== memory.desired?.hash
      )
        scene.fail(NAME, `${name} forgot that ${lost[0]} is barred`);
      barred.set(name, now);
    });
    world.daemon.witnesses.push((event, container) => {
      if (event !== 'create' || !scene.isOurs(container)) return;
      const memory = scene.memoryOf(container.deployment);
      if (memory === null || memory.proven === null || memory.desired === null) return;
      const known = [...(barred.get(container.deployment)?.values() ?? [])];
      const isBarred = known.includes(nameOf(scene, memory.desired));
      if (isBarred && hasSpec(memory.desired, container) && !hasSpec(memory.proven, container))
        scene.fail(NAME, `${container.deployment}/${container.spec.name} was created of barred content`);
    });
  },
};

export const goodIsNotBarred: Promised = {
  name: GOOD,
  watch(scene) {
    const { world, fleet } = scene;
    const known = new Map<string, ReadonlySet<string>>();
    scene.memoryListeners.push((name, { record, desired }) => {
      const forGood = record.barred.filter(({ retry }) => retry === undefined);
      const before = known.get(name);
      known.set(name, new Set(forGood.map(({ content }) => content)));
      const fresh = forGood.find(({ content }) => before?.has(content) !== true);
      if (fresh === undefined || before === undefined || fresh.content !== desired?.content) return;
      const isGood = specsIn(desired).every(({ service }) => fleet.classOf(service.image.text) === 'good');
      // What a person does to a container looks as if the content did it, as does the end of engine or device. And
      // while the engine does not answer the deadline runs on, of which no verdict knows.
      const wasTouched = world.daemon.of(name).some((container) => scene.wasTouched(container));
      const wasCutOff = world.clock.monotonicMs() - world.daemon.silentMs < AFTER_OUTAGE_MS;
      if (isGood && !wasTouched && !wasCutOff)
        scene.fail(GOOD, `${name} is barred for good: ${JSON.stringify(fresh.reason)}`);
    });
  },
};

export const verdictsTellTheCause: Promised = {
  name: CAUSE,
  watch(scene) {
    const { world } = scene;
    const known = new Map<string, string | undefined>();
    const refused = new Map<string, string>();
    world.daemon.stepListeners.push((deployment, { kind }) => {
      if (world.faults.refusals.has(kind) && CREATING.has(kind)) refused.set(deployment, kind);
      else if (refused.get(deployment) === kind) refused.delete(deployment);
    });
    scene.memoryListeners.push((name, { record, desired }) => {
      const newest = record.barred.at(-1);
      const text = JSON.stringify(newest);
      const isNew = known.has(name) && text !== known.get(name);
      known.set(name, text);
      const kind = refused.get(name);
      if (!isNew || newest === undefined || newest.content !== desired?.content || kind === undefined) return;
      // A person may have lifted it since, or the agent's restarts have ended the try.
      const isStill = world.faults.refusals.has(kind);
      if (isStill && newest.reason.code === 'deadline')
        scene.fail(CAUSE, `${name} is told to have missed its deadline, and the engine refused ${kind}`);
    });
  },
};

const NAMES = new WeakMap<Revision, string>();

/** What the document of a revision asks, without what only numbers, dates or addresses it. */
function nameOf({ world: { store } }: Scene, revision: Revision): string {
  const known = NAMES.get(revision);
  if (known !== undefined) return known;
  const document = parseStoredDeployment(parseJsonText(store?.documentBody(revision.hash) ?? 'null'));
  if (document === null) return '';
  const { revision: _number, issued_at: _date, rollout: _address, ...asked } = document;
  const name = JSON.stringify(asked);
  NAMES.set(revision, name);
  return name;
}

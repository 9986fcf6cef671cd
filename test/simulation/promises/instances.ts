// §7.6: `stop-first` never runs two instances of a service; `start-first` never has fewer than before.

import type { Promised } from '../scene.ts';
import { hasSpec, isAsked } from '../scene.ts';

const TWINS = '6 stop-first: one instance at most';
const GAPS = '6 start-first: never fewer than before';

export const neverTwins: Promised = {
  name: TWINS,
  watch(scene) {
    const { world, fleet } = scene;
    const stopFirst = new Set(
      fleet.plans.filter(({ strategy }) => strategy === 'stop-first').map(({ name }) => name),
    );
    world.daemon.witnesses.push((event, container) => {
      const { deployment, spec } = container;
      if (event !== 'start' || !stopFirst.has(deployment) || !scene.isOurs(container)) return;
      const others = world.daemon
        .of(deployment, spec.name)
        .filter((other) => other !== container && (other.state === 'running' || other.state === 'paused'));
      // What a hand has started beside ours is not the agent's doing.
      if (others.some((other) => !scene.wasTouched(other)))
        scene.fail(TWINS, `${others.length + 1} of ${deployment}/${spec.name} run`);
    });
  },
};

export const neverFewer: Promised = {
  name: GAPS,
  watch(scene) {
    const { world, fleet } = scene;
    const startFirst = new Set(
      fleet.plans.filter(({ strategy }) => strategy === 'start-first').map(({ name }) => name),
    );
    const startedMs = new Map<string, number>();
    world.daemon.witnesses.push((event, container) => {
      const { id, deployment, spec } = container;
      if (!startFirst.has(deployment) || !scene.isOurs(container)) return;
      const nowMs = world.clock.monotonicMs();
      if (event === 'start') startedMs.set(id, nowMs);
      if (event !== 'stop' || scene.wasTouched(container)) return;
      const memory = scene.memoryOf(deployment);
      if (memory?.desired?.document.state !== 'present') return;
      // The agent has not taken it up yet, and may still carry out a step towards the one before.
      if (memory.record.attempt?.hash !== memory.desired.hash) return;
      const ranMs = nowMs - (startedMs.get(id) ?? nowMs);
      const isOld = hasSpec(memory.proven, container) && !isAsked(scene, memory, container);
      const isGood = fleet.classOf(spec.service.image.text) === 'good';
      // One whose namespaces have ended is started again to have the next ones.
      const wasWell = ranMs > 60_000 && isGood && container.hasNamespaces;
      const isReplaced = world.daemon.of(deployment, spec.name).some(({ isAnswering }) => isAnswering);
      const isStillAsked = memory.desired.document.services.some(({ name }) => name === spec.name);
      if (isOld && wasWell && isStillAsked && !isReplaced)
        scene.fail(GAPS, `${deployment}/${spec.name} was stopped, and no other answers`);
    });
  },
};

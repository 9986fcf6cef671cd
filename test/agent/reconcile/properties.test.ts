// What must hold for all inputs: from any state that an engine could be in, the plans lead home.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../agent/reconcile/decide.ts';
import type { ContainerState, ObservedContainer } from '../../../agent/reconcile/observed.ts';
import { EMPTY_RECORD } from '../../../agent/reconcile/record.ts';
import { specsOf } from '../../../agent/reconcile/service-spec.ts';
import type { Revision } from '../../../agent/reconcile/situation.ts';
import type { PresentDeployment } from '../../../protocol/deployment.ts';
import { containerOf, Model, present, situation, observed as toObserved } from './situations.ts';

const MAX_ROUNDS = 200;
const names = ['a', 'b', 'c'];

/** One to three services, each of version 1 or 2, so that revisions share some of them. */
const services = fc
  .dictionary(fc.constantFrom(...names), fc.constantFrom('v1', 'v2'), { minKeys: 1 })
  .map((chosen) =>
    Object.fromEntries(
      Object.entries(chosen).map(([name, version]) => [name, { image: `${name}:${version}` }]),
    ),
  );
const strategy = fc.constantFrom('stop-first', 'start-first');
const STATES: ContainerState[] = ['created', 'running', 'paused', 'exited', 'dead', 'restarting'];

const revisions = fc
  .record({ before: services, after: services, strategy })
  .map(({ before, after, strategy }) => ({
    before: present(1, before),
    after: present(2, after, { update: { strategy } }),
  }));

/** Any mix of containers of either revision, in any state, twins among them. */
function anyContainers(of: readonly Revision<PresentDeployment>[]): fc.Arbitrary<ObservedContainer[]> {
  const choices = of.flatMap((revision) =>
    specsOf(revision.document).map((spec) => ({ revision, service: spec.name })),
  );
  const one = fc.record({
    choice: fc.constantFrom(...choices),
    state: fc.constantFrom(...STATES),
    exitCode: fc.constantFrom(0, 1, 137),
  });
  return fc.array(one, { maxLength: 6 }).map((list) =>
    list.map(({ choice, state, exitCode }, index) =>
      containerOf(choice.revision, choice.service, {
        id: `c${index}`,
        state,
        exitCode: state === 'exited' ? exitCode : null,
      }),
    ),
  );
}

const worlds = revisions.chain(({ before, after }) =>
  fc.record({
    before: fc.constant(before),
    after: fc.constant(after),
    containers: anyContainers([before, after]),
    isProven: fc.boolean(),
    networks: fc.constantFrom([], ['default'], ['default', 'stray']),
  }),
);

function modelOf({
  before,
  containers,
  isProven,
  networks,
}: {
  before: Revision<PresentDeployment>;
  containers: readonly ObservedContainer[];
  isProven: boolean;
  networks: readonly string[];
}): Model {
  const proven = isProven ? { revision: 1, hash: before.hash } : null;
  return new Model({ containers, networks, record: { ...EMPTY_RECORD, proven } });
}

function runToRest(
  model: Model,
  desired: Revision,
  all: readonly Revision<PresentDeployment>[],
  check: (round: number) => void = () => {},
): void {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { steps, record } = model.round(desired, all);
    check(round);
    if (steps.length === 0 && (record.phase === 'converged' || record.phase === 'rolled_back')) return;
  }
  throw new Error(
    `no rest after ${MAX_ROUNDS} rounds: ${JSON.stringify(model.record)} ${JSON.stringify(model.containers)}`,
  );
}

describe('the plan', () => {
  it('converges from any observed state, and is then empty', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const model = modelOf(world);
        runToRest(model, world.after, [world.before, world.after]);
        expect(model.record.proven?.hash).toBe(world.after.hash);
        const wanted = Object.keys(world.after.document.services).toSorted();
        expect(model.containers.map(({ service }) => service).toSorted()).toEqual(wanted);
        expect(model.containers.every(({ state }) => state === 'running')).toBe(true);
        const again = decide(model.situation(world.after, [world.before, world.after]));
        expect(again.steps).toEqual([]);
        expect(again.record).toEqual(model.record);
      }),
      { numRuns: 500 },
    );
  });

  it('goes back to the proven revision from any observed state when a new service never stays up', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const specsBefore = new Set(specsOf(world.before.document).map(({ name, hash }) => name + hash));
        const isNew = (container: ObservedContainer) => !specsBefore.has(container.service + container.spec);
        fc.pre(specsOf(world.after.document).some(({ name, hash }) => !specsBefore.has(name + hash)));
        // What ran before the update is taken as well: nobody has seen the new revision running yet.
        const containers = world.containers.filter((container) => !isNew(container));
        const model = modelOf({ ...world, containers, isProven: true });
        model.isGood = (container) => !isNew(container);
        runToRest(model, world.after, [world.before, world.after]);
        expect(model.record.phase).toBe('rolled_back');
        expect(model.record.barred.map(({ content }) => content)).toEqual([world.after.content]);
        expect(model.record.proven?.hash).toBe(world.before.hash);
        const running = model.containers
          .filter(({ state }) => state === 'running')
          .map(({ service }) => service);
        expect(running.toSorted()).toEqual(Object.keys(world.before.document.services).toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it('never stops a service before the images of its successor are here', () => {
    fc.assert(
      fc.property(
        worlds,
        fc.subarray(['a:v1', 'a:v2', 'b:v1', 'b:v2', 'c:v1', 'c:v2']),
        ({ before, after, containers }, lacking) => {
          const healthy = containers.filter((container) =>
            specsOf(before.document).some(
              ({ name, hash }) => name === container.service && hash === container.spec,
            ),
          );
          const once = [
            ...new Map(
              healthy.map((container) => [container.service, { ...container, state: 'running' as const }]),
            ).values(),
          ];
          const missing = Object.fromEntries(lacking.map((image) => [image, { kind: 'missing' as const }]));
          const carried = new Set(once.map((container) => container.service + container.spec));
          const needed = specsOf(after.document).filter(({ name, hash }) => !carried.has(name + hash));
          fc.pre(needed.some((spec) => lacking.includes(spec.service.image)) && before.hash !== after.hash);
          const decision = decide(
            situation({ desired: after, proven: before, observed: toObserved(once), images: missing }),
          );
          expect(
            decision.steps.filter(({ kind }) => kind === 'stop_container' || kind === 'remove_container'),
          ).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('with stop-first never runs two instances, with start-first never fewer than before', () => {
    fc.assert(
      fc.property(revisions, ({ before, after }) => {
        const containers = specsOf(before.document).map(({ name }) => containerOf(before, name));
        const model = modelOf({ before, containers, isProven: true, networks: ['default'] });
        const staying = Object.keys(after.document.services).filter((name) =>
          Object.hasOwn(before.document.services, name),
        );
        const isStartFirst = after.document.update.strategy === 'start-first';
        runToRest(model, after, [before, after], () => {
          for (const name of staying) {
            const count = model.upOf(name).length;
            if (isStartFirst) expect(count).toBeGreaterThanOrEqual(1);
            else expect(count).toBeLessThanOrEqual(1);
          }
        });
      }),
      { numRuns: 500 },
    );
  });
});

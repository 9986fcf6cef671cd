// What must hold for all inputs: from any state that an engine could be in, the plans lead home.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredPresent } from '../../../agent/model/desired-deployment.ts';
import type { ContainerState, ObservedContainer } from '../../../agent/model/observed.ts';
import { EMPTY_RECORD } from '../../../agent/model/record.ts';
import type { Revision } from '../../../agent/model/revision.ts';
import { decide } from '../../../agent/reconcile/decide.ts';
import { containerOf, Model, present } from './situations.ts';

const MAX_ROUNDS = 200;
const names = ['a', 'b', 'c'];

const JOINING_A = { network_mode: 'service:a', depends_on: { a: { condition: 'service_started' } } };
const shape = fc.record({ version: fc.constantFrom('v1', 'v2'), joinsA: fc.boolean() });

/** One to three services, each of version 1 or 2, so that revisions share some; some live in the network of `a`. */
const services = fc.dictionary(fc.constantFrom(...names), shape, { minKeys: 1 }).map((chosen) =>
  Object.fromEntries(
    Object.entries(chosen).map(([name, { version, joinsA }]) => {
      const joins = joinsA && name !== 'a' && Object.hasOwn(chosen, 'a');
      return [name, { image: `${name}:${version}`, ...(joins ? JOINING_A : {}) }];
    }),
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
function anyContainers(of: readonly Revision<DesiredPresent>[]): fc.Arbitrary<ObservedContainer[]> {
  const choices = of.flatMap((revision) =>
    revision.document.services.map((spec) => ({ revision, service: spec.name })),
  );
  const one = fc.record({
    choice: fc.constantFrom(...choices),
    state: fc.constantFrom(...STATES),
    exitCode: fc.constantFrom(0, 1, 137),
    joined: fc.nat({ max: 5 }),
  });
  return fc.array(one, { maxLength: 6 }).map((list) =>
    list.map(({ choice, state, exitCode, joined }, index) => {
      const plain = containerOf(choice.revision, choice.service);
      return {
        ...plain,
        id: `c${index}`,
        state,
        exitCode: state === 'exited' ? exitCode : null,
        // Whatever has or had that id.
        joins: plain.joins.map(() => `c${joined}`),
      };
    }),
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
  before: Revision<DesiredPresent>;
  containers: readonly ObservedContainer[];
  isProven: boolean;
  networks: readonly string[];
}): Model {
  const proven = isProven ? { revision: 1, hash: before.hash } : null;
  return new Model({ containers, networks, record: { ...EMPTY_RECORD, proven } });
}

function missing(images: readonly string[]): Record<string, { kind: 'missing' }> {
  return Object.fromEntries(images.map((image) => [image, { kind: 'missing' }]));
}

/** What people, crashes and reboots do between rounds. */
const HARM: readonly ((model: Model, id: string) => void)[] = [
  () => {},
  (model) => model.reboot(),
  (model, id) => model.crash(id),
  (model, id) => change(model, id, { state: 'exited', exitCode: 137 }),
  (model, id) => change(model, id, { state: 'paused' }),
  (model, id) => change(model, id, { networks: [] }),
  (model, id) => {
    model.containers = model.containers.filter((container) => container.id !== id);
  },
  (model) => {
    model.clockOffsetMs -= 3_600_000;
  },
];

function change(model: Model, id: string, to: Partial<ObservedContainer>): void {
  model.containers = model.containers.map((other) => (other.id === id ? { ...other, ...to } : other));
}

const disturbance = fc
  .record({
    harm: fc.constantFrom(...HARM),
    victim: fc.nat({ max: 5 }),
    rounds: fc.nat({ max: 8 }),
    isBefore: fc.boolean(),
    isGood: fc.boolean(),
  })
  .map(({ harm, victim, ...rest }) => ({
    ...rest,
    disturb: (model: Model) => {
      const id = model.containers[victim]?.id;
      if (id !== undefined) harm(model, id);
    },
  }));

/** Runs until nothing is to be done; when that was. */
function runToRest(
  model: Model,
  desired: Revision,
  all: readonly Revision<DesiredPresent>[],
  check: (round: number) => void = () => {},
): number {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { nowMs } = model;
    const { steps, record } = model.round(desired, all);
    check(round);
    if (steps.length === 0 && (record.phase === 'converged' || record.phase === 'rolled_back')) return nowMs;
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
        const wanted = world.after.document.services.map(({ name }) => name).toSorted();
        expect(model.containers.map(({ service }) => service).toSorted()).toEqual(wanted);
        expect(model.containers.every(({ state }) => state === 'running')).toBe(true);
        const again = decide(...model.situation(world.after, [world.before, world.after]));
        expect(again.steps).toEqual([]);
        expect(again.record).toEqual(model.record);
      }),
      { numRuns: 500 },
    );
  });

  it('goes back to the proven revision from any observed state when a new service never stays up', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const specsBefore = new Set(world.before.document.services.map(({ name, hash }) => name + hash));
        const isNew = (container: ObservedContainer) =>
          !specsBefore.has(container.service + container.specHash);
        fc.pre(world.after.document.services.some(({ name, hash }) => !specsBefore.has(name + hash)));
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
        expect(running.toSorted()).toEqual(world.before.document.services.map(({ name }) => name).toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it('converges, or stays rolled back, from any state that a disturbed update leads to', () => {
    fc.assert(
      fc.property(revisions, fc.array(disturbance, { maxLength: 12 }), ({ before, after }, disturbances) => {
        const all = [before, after];
        const model = new Model({ containers: [], networks: [] });
        for (const { disturb, rounds, isBefore, isGood } of disturbances) {
          model.isGood = ({ revision }) => isGood || revision === 1;
          for (let round = 0; round < rounds; round += 1) model.round(isBefore ? before : after, all);
          disturb(model);
        }
        model.isGood = () => true;
        const atMs = runToRest(model, after, all);
        const told = model.record.proven?.hash === after.hash ? after : before;
        const up = model.containers.filter(({ state }) => state === 'running').map(({ service }) => service);
        expect(up.toSorted()).toEqual(told.document.services.map(({ name }) => name).toSorted());
        for (const { joins } of model.containers)
          for (const id of joins) expect(model.containers.find((host) => host.id === id)?.service).toBe('a');
        // Later a bar may have lifted itself.
        const [facts, record] = model.situation(after, all);
        expect(decide({ ...facts, nowMs: atMs }, record).steps).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('never stops a service before all images of the update are here', () => {
    fc.assert(
      fc.property(
        revisions,
        fc.subarray(['a:v1', 'a:v2', 'b:v1', 'b:v2', 'c:v1', 'c:v2']),
        ({ before, after }, lacking) => {
          const running = before.document.services;
          const carried = new Set(running.map(({ name, hash }) => name + hash));
          const needed = after.document.services.filter(({ name, hash }) => !carried.has(name + hash));
          fc.pre(needed.some((spec) => lacking.includes(spec.service.image.text)));
          const containers = running.map(({ name }) => containerOf(before, name));
          const model = modelOf({ before, containers, isProven: true, networks: ['default'] });
          for (let round = 0; round < 10; round += 1)
            expect(model.round(after, [before, after], missing(lacking)).steps).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never stops a service with nothing to take its place and no image to make it of', () => {
    fc.assert(
      fc.property(worlds, fc.boolean(), (world, isSteady) => {
        const { before, after } = world;
        const model = modelOf(world);
        const wanted = after.document.services
          .map(({ name }) => name)
          .filter((name) => Object.hasOwn(before.document.services, name));
        const images = missing(names.flatMap((name) => [`${name}:v1`, `${name}:v2`]));
        for (let round = 0; round < 20; round += 1) {
          const others = (service: string, id: string) =>
            model.containers.filter((other) => other.service === service && other.id !== id);
          const isUp = (id: string) => names.some((name) => model.upOf(name).some((up) => up.id === id));
          const desired = isSteady && world.isProven ? before : after;
          for (const step of model.decide(desired, [before, after], images).steps)
            if (step.kind === 'stop_container' && wanted.includes(step.service) && isUp(step.container))
              expect(others(step.service, step.container)).not.toEqual([]);
          model.round(desired, [before, after], images);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('with stop-first never runs two instances, with start-first never fewer than before', () => {
    fc.assert(
      fc.property(revisions, fc.boolean(), ({ before, after }, isGood) => {
        const containers = before.document.services.map(({ name }) => containerOf(before, name));
        const model = modelOf({ before, containers, isProven: true, networks: ['default'] });
        model.isGood = ({ revision }) => isGood || revision === 1;
        const staying = after.document.services
          .map(({ name }) => name)
          .filter((name) => Object.hasOwn(before.document.services, name));
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

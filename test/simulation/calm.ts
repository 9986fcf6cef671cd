// The end of every run: nothing goes wrong any more, and within a bound everything must have come to its right end
// and stay there; then the promises that need a quiet world are tried out.
import type { Container } from '../fakes/engine/container.ts';
import { calmDown } from './faults/kinds.ts';
import { findFault } from './outcome.ts';
import type { Scene } from './scene.ts';
import type { Passage } from './stillness.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const YEAR_MS = 365 * 24 * HOUR_MS;
/** Longer than a power cut lasts, and than a run of a flaky image. */
const FIRST_CALM_MS = 12 * HOUR_MS;
/** Longer than a pull that was refused is left alone. */
const CONVERGE_MS = 3 * HOUR_MS;

const PROGRESS = 'everything comes to its end';
const GUESTS = 'a service follows the one whose namespaces it has joined';

export async function comeToCalm(scene: Scene, passage: Passage): Promise<void> {
  const { world, fleet } = scene;
  const nowMs = (): number => world.clock.monotonicMs();
  const site = { world, fleet, byHand: (id: string): void => scene.byHand(id) };
  calmDown(site);
  await passage.passUntil(nowMs() + FIRST_CALM_MS);
  // Once more: what a fault began to change before the calm and ended after it.
  calmDown(site);
  for (const { name } of fleet.plans) fleet.retry(name);
  fleet.askForReport();
  await passage.passUntil(nowMs() + 5 * MINUTE_MS);
  await expectEnd(scene, passage);
  await passage.passUntil(nowMs() + 30 * MINUTE_MS);
  await expectEnd(scene, passage);
  await tryRestarts(scene, passage);
  await tryClocks(scene, passage);
  await tryBootOffline(scene, passage);
  await tryBadInput(scene, passage);
  await tryGuests(scene, passage);
  if (scene.violation !== null) return;
  for (const { checkEnd, look } of scene.promises) {
    look?.(scene);
    checkEnd?.(scene);
  }
}

async function expectEnd(scene: Scene, passage: Passage): Promise<void> {
  const { world, fleet } = scene;
  const faults = (): string[] =>
    fleet.plans.map(({ name }) => findFault(scene, name)).filter((fault) => fault !== null);
  await passage.passUntil(world.clock.monotonicMs() + CONVERGE_MS, () => faults().length === 0);
  const [fault] = faults();
  if (fault !== undefined) scene.fail(PROGRESS, fault);
}

/** Those that run on with nothing to do about them. */
function settled({ world, fleet }: Scene): string[] {
  return fleet.plans
    .map(({ name }) => name)
    .filter((name) => ['converged', 'rolled_back'].includes(world.status(name)?.phase ?? ''));
}

/** §7.1 */
async function tryRestarts(scene: Scene, passage: Passage): Promise<void> {
  const { world } = scene;
  const names = settled(scene);
  for (const what of ['agent', 'engine'] as const) {
    const before = runsOf(scene, names);
    if (what === 'agent') world.killAgent();
    else world.restartEngine({ isLiveRestore: true });
    await passage.passUntil(world.clock.monotonicMs() + 5 * MINUTE_MS);
    const after = runsOf(scene, names);
    if (before !== after)
      scene.fail('1 no needless restart', `after a restart of the ${what}: ${before} became ${after}`);
  }
}

/** §7.10 */
async function tryClocks(scene: Scene, passage: Passage): Promise<void> {
  const { clock } = scene.world;
  const names = settled(scene);
  const before = runsOf(scene, names);
  const aheadMs = clock.wallTime().getTime() - clock.monotonicMs();
  for (const jumpMs of [-aheadMs, YEAR_MS, 0]) {
    clock.setWallTime(new Date(aheadMs + jumpMs + clock.monotonicMs()).toISOString());
    await passage.passUntil(clock.monotonicMs() + 2 * MINUTE_MS);
    const after = runsOf(scene, names);
    if (before !== after) scene.fail('10 a clock that jumps changes nothing', `${before} became ${after}`);
  }
}

/** Of jobs too, which are not to run again. */
function runsOf({ world }: Scene, names: readonly string[]): string {
  return names
    .flatMap((name) => world.daemon.of(name).map(({ id, runs }) => `${name} ${id.slice(0, 6)} run ${runs}`))
    .toSorted()
    .join(', ');
}

/** §7.2 */
async function tryBootOffline(scene: Scene, passage: Passage): Promise<void> {
  const { world } = scene;
  const running = (names: readonly string[]): string =>
    names
      .flatMap((name) => world.up(name).map(({ id, spec }) => `${name}/${spec.name} ${id.slice(0, 6)}`))
      .toSorted()
      .join(', ');
  const names = settled(scene);
  const before = running(names);
  world.broker.goDown();
  // What somebody has just stopped the engine leaves alone at its start: the agent has to start it.
  for (const container of names.flatMap((name) => world.up(name).slice(0, 1))) void container.stop(0);
  world.powerCut();
  await passage.passUntil(world.clock.monotonicMs() + 10 * MINUTE_MS);
  const after = running(names);
  if (before !== after) scene.fail('2 boots with no network', `${before} became ${after}`);
  world.broker.comeUp();
  await passage.passUntil(world.clock.monotonicMs() + 5 * MINUTE_MS);
  await expectEnd(scene, passage);
}

/** §7.7 */
async function tryBadInput(scene: Scene, passage: Passage): Promise<void> {
  const { world, fleet } = scene;
  const [plan] = fleet.plans;
  if (plan === undefined || scene.violation !== null) return;
  const names = settled(scene);
  const before = runsOf(scene, names);
  world.publish({
    name: plan.name,
    schema: 'holdfast.deployment/1',
    revision: 1_000_000,
    state: 'sideways',
  } as { name: string });
  await passage.passUntil(world.clock.monotonicMs() + 2 * MINUTE_MS);
  const refused = world.status(plan.name)?.refused;
  if (refused?.code !== 'invalid' || refused.path === '')
    scene.fail('7 bad input is answered', `it was answered with ${JSON.stringify(refused)}`);
  if (runsOf(scene, names) !== before) scene.fail('7 bad input changes nothing', 'containers were changed');
}

/** Who lives in the namespaces of another follows it into its next run, and is not blamed for what it lived through. */
async function tryGuests(scene: Scene, passage: Passage): Promise<void> {
  const { world } = scene;
  const guests = settled(scene)
    .flatMap((name) => world.up(name))
    .filter(({ joins }) => joins.length > 0);
  const failures = ({ deployment, spec }: Container): number =>
    scene.memoryOf(deployment ?? '')?.record.services[spec.name]?.failuresInRow ?? 0;
  const before = guests.map(failures);
  for (const id of new Set(guests.flatMap(({ joins }) => joins))) world.daemon.containers.get(id)?.crash(137);
  await passage.passUntil(world.clock.monotonicMs() + 5 * MINUTE_MS);
  guests.forEach((guest, index) => {
    if (!guest.isUp || !guest.hasNamespaces) scene.fail(GUESTS, `${guest.spec.name} lives in no namespace`);
    else if (failures(guest) > (before[index] ?? 0))
      scene.fail(GUESTS, `${guest.spec.name} failed, as it was left in a namespace that had ended`);
  });
}

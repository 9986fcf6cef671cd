// Whether a deployment has come to the end that its documents ask for, once nothing goes wrong any more.
import type { ServiceSpec } from '../../agent/model/service-spec.ts';
import type { Status } from '../../protocol/reports/status.ts';
import type { Container } from '../fakes/engine/container.ts';
import type { World } from '../fakes/world.ts';
import type { Expected } from './fleet/fleet.ts';
import { isJob, type Scene, specsIn } from './scene.ts';

/** What is wrong with the end that one deployment has come to; `null`: nothing. */
export function findFault(scene: Scene, name: string): string | null {
  const expected = scene.fleet.expected(name);
  if (expected === null) return null;
  const status = scene.world.status(name);
  if (status === null) return `${name}: no status`;
  const fault = faultIn(scene, expected, status);
  if (fault === null) return null;
  const { revision } = expected.standing;
  const told = `${status.phase} ${status.reason?.code ?? ''} desired ${status.desired?.revision} running ${status.running?.revision}`;
  return `${name} r${revision} ${expected.standing.imageClass}: ${fault}; told: ${told}; there is: ${shown(scene.world, name)}`;
}

function faultIn(scene: Scene, { standing, hash, takesPart }: Expected, status: Status): string | null {
  const { deployment } = standing;
  if (status.desired?.hash !== hash) return 'another document is followed';
  if (!takesPart) {
    if (status.reason?.code !== 'not_in_rollout') return 'it should sit out, and does not say so';
    if (status.running === null) return null;
    return status.phase === 'converged'
      ? faultOfContainers(scene, deployment)
      : 'it should sit out converged';
  }
  if (standing.inherits) {
    if (status.reason?.code !== 'nothing_to_inherit') return 'it should have nothing to inherit';
    return status.running === null ? null : faultOfContainers(scene, deployment);
  }
  if (standing.isAbsent) {
    if (status.phase !== 'removed') return 'it should be removed';
    return scene.world.daemon.of(deployment).length === 0 ? null : 'containers are left';
  }
  if (standing.imageClass === 'good' || standing.imageClass === 'flaky')
    return status.phase === 'converged' ? faultOfContainers(scene, deployment) : 'it should be converged';
  if (status.running === null) return status.phase === 'failed' ? null : 'it should have failed';
  if (status.phase !== 'rolled_back') return 'it should be rolled back';
  return faultOfContainers(scene, deployment);
}

/** Of the revision that is proven every service runs once, and nothing else is there. */
function faultOfContainers(scene: Scene, name: string): string | null {
  const memory = scene.memoryOf(name);
  const specs = specsIn(memory?.proven ?? null);
  if (specs.length === 0) return 'nothing is proven';
  const containers = scene.world.daemon.of(name);
  /** A job that is done needs no container any more. */
  const isDoneAndGone = (spec: ServiceSpec): boolean =>
    memory?.record.completed?.some((done) => done.service === spec.name && done.spec === spec.hash) ===
      true && containers.every((container) => container.spec.hash !== spec.hash);
  const needed = specs.filter((spec) => !isDoneAndGone(spec));
  const wanted = needed.map((spec) => `${spec.name} ${spec.hash} ${isJob(spec) ? 'done' : 'running'}`);
  const found = containers.map(
    (container) => `${container.spec.name} ${container.spec.hash} ${endOf(container)}`,
  );
  if (JSON.stringify(wanted.toSorted()) !== JSON.stringify(found.toSorted()))
    return 'other containers than asked';
  const stray = containers.find((guest) => guest.joins.length > 0 && !livesIn(guest, containers));
  return stray === undefined ? null : `${stray.spec.name} lives in no namespace of what runs`;
}

/** What has ended well is done: to a job that is what running is to others. */
function endOf({ state, exitCode }: Pick<Container, 'state' | 'exitCode'>): string {
  return state === 'exited' && exitCode === 0 ? 'done' : state;
}

/** One whose namespace has ended with another's run does not answer. */
function livesIn(guest: Container, containers: readonly Container[]): boolean {
  const areHostsUp = guest.joins.every((id) => containers.some((host) => host.id === id && host.isUp));
  return areHostsUp && guest.isAnswering;
}

function shown(world: World, name: string): string {
  return world.daemon
    .of(name)
    .map(({ spec, state }) => `${spec.name} ${spec.service.image.text.split(':')[1]} ${state}`)
    .join(', ');
}

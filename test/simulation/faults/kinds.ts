// All kinds of faults, by name, and how to end them all.
import { FREE_IMAGE_BYTES } from '../../fakes/memory-host.ts';
import type { World } from '../../fakes/world.ts';
import { type Fleet, RIGHT_TIME_AT_0 } from '../fleet/fleet.ts';
import { brokerFaults } from './broker.ts';
import { containerFaults } from './containers.ts';
import { ALL_GROUPS, configure, deviceFaults } from './device.ts';
import { engineFaults } from './engine.ts';
import type { FaultKind } from './fault-kind.ts';
import { powerFaults } from './power.ts';
import { registryFaults } from './registry.ts';

const KINDS: readonly FaultKind[] = [
  ...[...powerFaults, ...engineFaults, ...containerFaults],
  ...[...registryFaults, ...brokerFaults, ...deviceFaults],
];

export const faultKinds: ReadonlyMap<string, FaultKind> = new Map(KINDS.map((kind) => [kind.kind, kind]));

/** Nothing goes wrong from now on. What is down comes up in its own time. */
export function calmDown(world: World, fleet: Fleet): void {
  world.note('calm');
  world.faults.clear();
  world.disk.onChange = null;
  world.disk.capacityBytes = Number.POSITIVE_INFINITY;
  world.daemon.images.isDiskFull = false;
  world.daemon.foreignPorts.clear();
  world.host.freeImageBytes = FREE_IMAGE_BYTES;
  configure(world, ALL_GROUPS);
  world.daemon.enforces = ['memory', 'cpus', 'pids'];
  world.registry.isReachable = true;
  world.registry.bytesPerSecond = 20_000_000;
  world.registry.forgetFaults();
  world.broker.trouble.duplicated = 0;
  world.broker.trouble.lostAnswers = 0;
  world.broker.trouble.reordered = 0;
  world.host.clock = { isSynchronised: true, source: 'timesyncd' };
  world.broker.comeUp();
  world.host.held.clear();
  world.clock.setWallTime(new Date(RIGHT_TIME_AT_0 + world.clock.monotonicMs()).toISOString());
  fleet.mendFlaky();
  fleet.publishAll();
}

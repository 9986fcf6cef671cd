// All kinds of faults, by name, and how to end them all.

import { NO_TROUBLE } from '../../fakes/memory-broker.ts';
import { FREE_IMAGE_BYTES } from '../../fakes/memory-host.ts';
import { RIGHT_TIME_AT_0 } from '../fleet/fleet.ts';
import { brokerFaults } from './broker.ts';
import { containerFaults, removeByHand } from './containers.ts';
import { ALL_GROUPS, configure, deviceFaults } from './device.ts';
import { engineFaults } from './engine.ts';
import type { FaultKind, Site } from './fault-kind.ts';
import { FOREIGN } from './foreign.ts';
import { powerFaults } from './power.ts';
import { registryFaults } from './registry.ts';

const KINDS: readonly FaultKind[] = [
  ...[...powerFaults, ...engineFaults, ...containerFaults],
  ...[...registryFaults, ...brokerFaults, ...deviceFaults],
];

export const faultKinds: ReadonlyMap<string, FaultKind> = new Map(KINDS.map((kind) => [kind.kind, kind]));

/** Nothing goes wrong from now on. What is down comes up in its own time. */
export function calmDown({ world, fleet, byHand }: Pick<Site, 'world' | 'fleet' | 'byHand'>): void {
  world.note('calm');
  world.faults.clear();
  world.disk.onChange = null;
  world.disk.capacityBytes = Number.POSITIVE_INFINITY;
  world.daemon.images.isDiskFull = false;
  world.daemon.foreignPorts.clear();
  for (const { id, isForeign, deployment } of [...world.daemon.containers.values()])
    if (isForeign && deployment !== FOREIGN) removeByHand({ world, byHand }, id);
  world.host.freeImageBytes = FREE_IMAGE_BYTES;
  configure(world, ALL_GROUPS);
  world.daemon.enforces = ['memory', 'cpus', 'pids'];
  world.registry.isReachable = true;
  world.registry.bytesPerSecond = 20_000_000;
  world.registry.forgetFaults();
  Object.assign(world.broker.trouble, NO_TROUBLE);
  world.host.clock = { isSynchronised: true, source: 'timesyncd' };
  world.broker.comeUp();
  world.host.held.clear();
  world.clock.setWallTime(new Date(RIGHT_TIME_AT_0 + world.clock.monotonicMs()).toISOString());
  fleet.mendFlaky();
  fleet.publishAll();
}

// The power, and the agent's process.
import { between } from '../../fakes/random.ts';
import { damageDatabase } from './device.ts';
import type { FaultKind, Site } from './fault-kind.ts';

const HOUR_MS = 3_600_000;
const LOOK_MS = 10_000;
const LONG_WAIT_MS = 20_000;

function cutPower(site: Site): void {
  const { world, random, lastsMs } = site;
  const offMs = Math.min(lastsMs, 6 * HOUR_MS);
  world.powerCut(offMs);
  if (random() < 0.5) loseTime(site, offMs);
}

/** A device with no clock of its own boots in 1970, and learns the time from the network a little later. */
function loseTime({ world, random }: Site, offMs: number): void {
  const { clock } = world;
  const aheadMs = clock.wallTime().getTime() - clock.monotonicMs();
  clock.schedule(offMs, () => clock.setWallTime('1970-01-01T00:00:10.000Z'));
  clock.schedule(offMs + between(random, 5000, 180_000), () =>
    clock.setWallTime(new Date(aheadMs + clock.monotonicMs()).toISOString()),
  );
}

/** At the nth change of the disk from now on: between any two writes or syncs of SQLite. */
function atDiskChange(site: Site, strike: () => void): void {
  const { disk } = site.world;
  let left = 1 + Math.floor(site.random() * 40);
  disk.onChange = () => {
    left -= 1;
    if (left > 0) return;
    disk.onChange = null;
    strike();
  };
}

/** Once a service that crashes in a loop is left alone for longer than a start of the agent takes. */
function inBackOff(site: Site, strike: () => void): void {
  const look = (): void => {
    if (site.isOver()) return;
    if (longestWaitMs(site) > LONG_WAIT_MS) strike();
    else site.world.clock.schedule(LOOK_MS, look, 'pulse');
  };
  look();
}

function longestWaitMs({ world, fleet }: Site): number {
  const waits = fleet.plans
    .flatMap(({ name }) => Object.values(world.store?.readRecord(name)?.services ?? {}))
    .map(({ retryAtMs }) => (retryAtMs ?? 0) - world.processMs);
  return Math.max(0, ...waits);
}

export const powerFaults: readonly FaultKind[] = [
  { kind: 'power_cut', strike: cutPower },
  {
    kind: 'power_cut_in_recovery',
    strike: (site) => {
      damageDatabase(site);
      site.world.killAgent();
      atDiskChange(site, () => cutPower(site));
    },
  },
  { kind: 'power_cut_in_write', strike: (site) => atDiskChange(site, () => cutPower(site)) },
  {
    kind: 'power_flapping',
    strike: (site) => {
      const { world, random } = site;
      for (let n = 0; n < 4; n += 1)
        world.clock.schedule(between(random, 0, 90_000), () => world.powerCut(between(random, 500, 5000)));
    },
  },
  { kind: 'agent_killed_in_back_off', strike: (site) => inBackOff(site, () => site.world.killAgent()) },
  { kind: 'agent_killed', strike: ({ world }) => world.killAgent() },
  { kind: 'agent_killed_in_write', strike: (site) => atDiskChange(site, () => site.world.killAgent()) },
  {
    kind: 'agent_killed_again_and_again',
    strike: ({ world, random }) => {
      for (let n = 0; n < 8; n += 1)
        world.clock.schedule(between(random, 0, 120_000), () => world.killAgent());
    },
  },
];

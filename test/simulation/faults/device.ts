// The device itself: its clock and its disk.
import type { Random } from '../../../lib/time/clock.ts';
import { between } from '../../fakes/random.ts';
import type { World } from '../../fakes/world.ts';
import type { FaultKind, Site } from './fault-kind.ts';

const DAY_MS = 86_400_000;
export const ALL_GROUPS: readonly string[] = ['berlin', 'europe'];
/** Shorter than a round may take before it counts as hanging. */
const MAX_FREEZE_MS = 10 * 60_000;
const DATABASE = '/holdfast.db';

function jumpClock({ world }: Site, byMs: number): void {
  world.clock.setWallTime(new Date(world.clock.wallTime().getTime() + byMs).toISOString());
}

function fillDisk({ world, random, lastsMs }: Site): void {
  const { disk } = world;
  // Now and then there is a little left, and it ends in the midst of a transaction.
  disk.capacityBytes = disk.usedBytes + Math.floor(random() ** 2 * 200_000);
  // The agent ends and begins every three seconds while nothing can be stored.
  world.clock.schedule(Math.min(lastsMs, 5 * 60_000), () => {
    world.disk.capacityBytes = Number.POSITIVE_INFINITY;
  });
}

/** Only updates with a window look at it; it is believed after a day of waiting. */
function loseTimeServer({ world, lastsMs }: Site): void {
  world.host.clock = { isSynchronised: false, source: 'timesyncd' };
  world.clock.schedule(lastsMs, () => {
    world.host.clock = { isSynchronised: true, source: 'timesyncd' };
  });
}

/** What a worn card does to the database: bits change, or the end is gone. Its log and the second copies are spared. */
export function damageDatabase({ world, random }: Site): void {
  const harm = random() < 0.3 ? cutOff : flipBits;
  if (world.disk.exists(DATABASE)) world.disk.rot(DATABASE, (bytes) => harm(bytes, random));
  // What is in the memory of a running agent is sound: the damage shows at its next start, or in its next reads.
  if (random() < 0.5) world.killAgent();
}

function cutOff(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, Math.floor(random() * bytes.length));
}

function flipBits(bytes: Uint8Array, random: Random): Uint8Array {
  const flips = bytes.length === 0 ? 0 : 1 + Math.floor(random() ** 3 * 64);
  for (let n = 0; n < flips; n += 1) {
    const at = Math.floor(random() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return bytes;
}

/** The configuration takes it from some of its groups, for a time; it is read at a start. */
function leaveGroups({ world, random, lastsMs }: Site): void {
  configure(
    world,
    ALL_GROUPS.filter(() => random() < 0.3),
  );
  // A correction waits for so long, and what it corrects may crash all the while.
  world.clock.schedule(Math.min(lastsMs, DAY_MS), () => configure(world, ALL_GROUPS));
}

/** Somebody writes the configuration, and restarts the agent where that is another one. */
export function configure(world: World, groups: readonly string[]): void {
  if (JSON.stringify(world.groups) === JSON.stringify(groups)) return;
  world.groups = groups;
  world.killAgent();
}

export const deviceFaults: readonly FaultKind[] = [
  { kind: 'clock_1970', strike: ({ world }) => world.clock.setWallTime('1970-01-01T00:00:10.000Z') },
  { kind: 'clock_a_year_ahead', strike: (site) => jumpClock(site, 365 * DAY_MS) },
  { kind: 'clock_a_year_back', strike: (site) => jumpClock(site, -365 * DAY_MS) },
  { kind: 'clock_back', strike: (site) => jumpClock(site, -between(site.random, 100, 3_600_000)) },
  { kind: 'clock_not_synchronised', strike: loseTimeServer },
  { kind: 'group_left', strike: leaveGroups },
  { kind: 'disk_full', strike: fillDisk },
  {
    kind: 'disk_full_at_start',
    strike: (site) => {
      fillDisk(site);
      site.world.killAgent();
    },
  },
  { kind: 'database_damaged', strike: damageDatabase },
  {
    kind: 'process_frozen',
    favours: 'proving',
    strike: ({ world, lastsMs }) => world.freezeAgent(Math.min(lastsMs, MAX_FREEZE_MS)),
  },
];

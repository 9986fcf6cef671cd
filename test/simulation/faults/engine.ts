// The engine: its own end, its calls and its events.
import type { CallFault, CallName, EngineWords } from '../../fakes/engine/call-faults.ts';
import { FREE_IMAGE_BYTES } from '../../fakes/memory-host.ts';
import { between, pick } from '../../fakes/random.ts';
import type { FaultKind, Site } from './fault-kind.ts';

const MINUTE_MS = 60_000;
/** What no pull may take of the engine's disk, and a little more. */
const RESERVED_BYTES = 560 * 1024 ** 2;
const CALLS = [
  ...(['facts', 'observe', 'inspectImage', 'pullImage', 'removeImage', 'create_network'] as const),
  ...([
    'create_volume',
    'create_container',
    'start_container',
    'stop_container',
    'update_container',
  ] as const),
  ...(['remove_container', 'remove_network', 'read_last_logs', 'watch', '*'] as const),
] as const;
const FAULTS: readonly [CallFault, ...CallFault[]] = ['unavailable', 'fail', 'fail_after', 'lose', 'hang'];

/** One kind for each way in which a call goes wrong. */
const plannedCalls = FAULTS.map(
  (fault): FaultKind => ({
    kind: `engine_call_${fault}`,
    strike: ({ world, random }) => {
      const call = pick(random, CALLS as unknown as readonly [string, ...string[]]);
      world.faults.plan(call, fault, pick(random, [1, 1, 2, 5]));
    },
  }),
);

/** What engines were heard to say, and whose fault it is not: none of it is the document's. */
const WORDS: readonly [Refusal, ...Refusal[]] = [
  { call: 'create_network', status: 404, message: 'all predefined address pools have been fully subnetted' },
  {
    call: 'create_network',
    status: 500,
    message: 'could not find an available, non-overlapping IPv4 address pool among the defaults',
  },
  { call: 'create_volume', status: 500, message: 'error while mounting volume: input/output error' },
  { call: 'create_container', status: 500, message: 'open /var/lib/docker/tmp: too many open files' },
  { call: 'create_container', status: 409, message: 'the container is marked for removal' },
  { call: 'start_container', status: 500, message: 'iptables: No chain/target/match by that name.' },
  {
    call: 'start_container',
    status: 500,
    message: 'failed to initialize logging driver: dial tcp 127.0.0.1:514: connect: connection refused',
  },
  { call: 'start_container', status: 503, message: 'failed to create task for container: ttrpc: closed' },
  { call: 'remove_container', status: 500, message: 'unlinkat /merged: device or resource busy' },
];

interface Refusal extends EngineWords {
  readonly call: CallName;
}

/** After a crash: a container that ran does not any more, and what the engine wrote of it cannot be read. */
function breakContainer({ world, fleet, random, byHand }: Site): void {
  const names = fleet.plans.map(({ name }) => name);
  const ours = names.flatMap((name) => world.daemon.of(name));
  const container = ours[Math.floor(random() * ours.length)];
  if (container === undefined) return;
  byHand(container.id);
  world.daemon.unreadable.add(container.id);
  container.crash(137);
}

export const engineFaults: readonly FaultKind[] = [
  ...plannedCalls,
  {
    kind: 'engine_refuses_steps',
    favours: 'switching',
    strike: ({ world, random, lastsMs }) => {
      const { call, ...words } = pick(random, WORDS);
      world.faults.refusals.set(call, words);
      world.clock.schedule(Math.min(lastsMs, 60 * MINUTE_MS), () => world.faults.refusals.delete(call));
    },
  },
  { kind: 'container_unreadable', strike: breakContainer },
  {
    kind: 'image_unreadable',
    strike: ({ world, fleet, random }) => {
      const image = fleet.images[Math.floor(random() * fleet.images.length)];
      if (image !== undefined) world.daemon.images.damage(image);
    },
  },
  {
    kind: 'engine_calls_go_wrong',
    strike: ({ world, random, lastsMs }) => {
      world.faults.rate = between(random, 0.01, 0.3);
      world.clock.schedule(Math.min(lastsMs, 120 * MINUTE_MS), () => {
        world.faults.rate = 0;
      });
    },
  },
  {
    kind: 'engine_restart',
    strike: ({ world, lastsMs }) => world.restartEngine({ downMs: Math.min(lastsMs, 60 * MINUTE_MS) }),
  },
  {
    kind: 'engine_restart_live',
    strike: ({ world, lastsMs }) =>
      world.restartEngine({ isLiveRestore: true, downMs: Math.min(lastsMs, 60 * MINUTE_MS) }),
  },
  {
    kind: 'engine_disk_full',
    strike: ({ world, lastsMs }) => {
      world.daemon.images.isDiskFull = true;
      world.clock.schedule(Math.min(lastsMs, 120 * MINUTE_MS), () => {
        world.daemon.images.isDiskFull = false;
      });
    },
  },
  {
    kind: 'image_space_short',
    strike: ({ world, random, lastsMs }) => {
      world.host.freeImageBytes = between(random, 0, RESERVED_BYTES);
      world.clock.schedule(lastsMs, () => {
        world.host.freeImageBytes = FREE_IMAGE_BYTES;
      });
    },
  },
  {
    kind: 'port_taken',
    strike: ({ world, fleet, lastsMs }) => {
      for (const { port } of fleet.plans) world.daemon.foreignPorts.add(`${port}/tcp`);
      world.clock.schedule(Math.min(lastsMs, 120 * MINUTE_MS), () => world.daemon.foreignPorts.clear());
    },
  },
  {
    kind: 'engine_events_lost',
    strike: ({ world, random, lastsMs }) => {
      world.faults.lostEvents = between(random, 0.2, 1);
      world.clock.schedule(lastsMs, () => {
        world.faults.lostEvents = 0;
      });
    },
  },
  {
    kind: 'engine_events_late',
    strike: ({ world, random, lastsMs }) => {
      world.faults.lateEventsMs = between(random, 100, 60_000);
      world.clock.schedule(lastsMs, () => {
        world.faults.lateEventsMs = 0;
      });
    },
  },
];

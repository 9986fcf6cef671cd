// The engine: its own end, its calls and its events.
import type { CallFault } from '../../fakes/engine/call-faults.ts';
import { FREE_IMAGE_BYTES } from '../../fakes/memory-host.ts';
import { between, pick } from '../../fakes/random.ts';
import type { FaultKind } from './fault-kind.ts';

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

export const engineFaults: readonly FaultKind[] = [
  ...plannedCalls,
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

// What the running agent finds wrong, asked as a technician does.
import { parse } from 'valibot';
import { expect } from 'vitest';
import { type Findings, why } from '../../../protocol/operations/why.ts';
import type { DeviceState } from '../../../protocol/reports/state.ts';
import { deployment } from '../../fakes/deployments.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

async function askWhy(world: World): Promise<Findings> {
  const outcome = await world.agent.operations.why.ask({}, new AbortController().signal);
  if (outcome.kind !== 'done') throw new Error(`why came to ${outcome.kind}`);
  return parse(why.answer, JSON.parse(JSON.stringify(outcome.answer)));
}

const toldState = (world: World): DeviceState =>
  JSON.parse(world.broker.retained.get('holdfast/v1/devices/edge-01/state') ?? '{}');

test('a healthy device has no finding, from its start on', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  expect(await askWhy(world)).toMatchObject({ findings: [], folded: [], deployments: 1 });
  await world.run(3_600_000);
  expect(await askWhy(world)).toMatchObject({ findings: [], folded: [] });
  expect(toldState(world).findings).toEqual([]);
  expect((await world.localStatus()).findings).toEqual([]);
});

test('an engine that is away is the one finding, and is told upstream until it is back', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.daemon.end({ isLiveRestore: true });
  await world.run(60_000);
  const { findings } = await askWhy(world);
  expect(findings.map(({ id }) => id)).toEqual(['engine_unreachable:engine']);
  expect(toldState(world).findings).toMatchObject([{ id: 'engine_unreachable:engine', severity: 'error' }]);
  world.daemon.begin();
  await world.untilPhase('line', 'converged', { revision: 1 });
  await world.run(60_000);
  expect((await askWhy(world)).findings).toEqual([]);
  expect(toldState(world).findings).toEqual([]);
});

// Faults that real parts do not have on demand; the others are in test/integration/agent/why.test.ts.
const HELD = { healthy_after: '5s', deadline: '60s', hold: true };
const SHUT = {
  healthy_after: '5s',
  deadline: '60s',
  window: { cron: '0 3 * * *', length: '1h', zone: 'UTC' },
};

interface Fault {
  readonly what: string;
  /** On a device on which revision 1 runs. */
  readonly plant: (world: World) => void;
  readonly code: string;
  readonly line: RegExp;
}

const FAULTS: readonly Fault[] = [
  {
    what: 'a clock in 1970',
    plant: ({ clock }) => clock.setWallTime('1970-01-01T00:00:03Z'),
    ...{ code: 'clock_wrong', line: /^the clock is wrong: it shows 1970-01-01/ },
  },
  {
    what: 'a clock that nobody sets, and an update that waits for it',
    plant: (world) => {
      world.host.clock = { isSynchronised: false, source: 'kernel' };
      world.publish(deployment({ revision: 2, update: SHUT }));
    },
    ...{ code: 'clock_unsynchronised', line: /^the clock is not synchronised/ },
  },
  {
    what: 'a program that holds the update',
    plant: (world) => {
      world.host.held.add('line');
      world.publish(deployment({ revision: 2, update: HELD }));
    },
    ...{ code: 'held', line: /^line/ },
  },
  {
    what: 'a full disk',
    plant: (world) => {
      world.database?.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      world.disk.capacityBytes = world.disk.usedBytes;
      world.publish(deployment({ revision: 2 }));
    },
    ...{ code: 'disk_no_space', line: /^the disk of data_dir is full: .* are free in \/var\/lib\/holdfast/ },
  },
  {
    what: 'a disk that has turned read-only',
    plant: (world) => {
      world.disk.blockedBy = 'EROFS';
      world.publish(deployment({ revision: 2 }));
    },
    ...{ code: 'disk_data_dir_read_only', line: /^the disk of data_dir has turned read-only/ },
  },
  {
    what: 'a disk that fails to write',
    plant: (world) => {
      world.disk.blockedBy = 'EIO';
      world.publish(deployment({ revision: 2 }));
    },
    ...{ code: 'disk_data_dir_io_error', line: /^the disk of data_dir fails to write/ },
  },
  {
    what: 'a disk that is nearly full',
    plant: ({ host }) => {
      host.change = { diskAvailableBytes: 100_000_000 };
    },
    ...{ code: 'disk_low', line: /^the disk is nearly full: 95\.4 MiB of 29\.8 GiB are free/ },
  },
  {
    what: 'hardly any memory left',
    plant: ({ host }) => {
      host.change = { memoryAvailableBytes: 50_000_000 };
    },
    ...{ code: 'memory_low', line: /^the device is short of memory: 47\.7 MiB of 3\.7 GiB/ },
  },
  {
    what: 'a hot processor',
    plant: ({ host }) => {
      host.change = { temperatureCelsius: 91.4 };
    },
    ...{ code: 'temperature_high', line: /^the processor is at 91 °C/ },
  },
  {
    what: 'no room for an image',
    plant: (world) => {
      world.host.freeImageBytes = 1_000_000;
      world.publish(deployment({ revision: 2 }));
    },
    ...{ code: 'image_space', line: /^no image can be pulled: .* the reserve is 512\.0 MiB/ },
  },
];

test.for(FAULTS)('it names $what', async ({ plant, code, line }, { makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  plant(world);
  await world.run(15 * 60_000);
  const [finding] = (await askWhy(world)).findings;
  expect({ code: finding?.code, line: finding?.title }).toEqual({ code, line: expect.stringMatching(line) });
});

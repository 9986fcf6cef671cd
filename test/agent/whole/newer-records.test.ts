// A device whose agent went back to an older one finds records of the newer: what runs is left alone, and an update that
// was under way comes to its end.
import { expect } from 'vitest';
import { encodeRecord } from '../../../agent/model/record-codec/record-codec.ts';
import { seal } from '../../../agent/store/sealed.ts';
import { deployment } from '../../fakes/deployments.ts';
import { DiskPlace } from '../../fakes/disk/files-on-disk.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

/** The record and the second copy as a newer agent would write them: with another version and another attempt. */
function ageAgent(world: World): void {
  const record = world.store?.readRecord('line');
  if (record === null || record === undefined) throw new Error('there is no record');
  world.killAgent();
  const place = new DiskPlace(world.disk);
  const database = place.open('holdfast.db');
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  const newer = { ...encodeRecord(record), v: 99, attempt: 'of another shape', services: ['app'] };
  database.run("UPDATE records SET body = ? WHERE deployment = 'line'", seal(newer));
  database.close();
  const copy = JSON.parse(place.files.read('documents/line.json')?.subarray(8).toString() ?? '');
  place.files.write('documents/line.json', Buffer.from(seal({ ...copy, schema: 99 })));
}

test('what runs is left alone, and it is told once', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  const before = world.up('line').map(({ id, runs }) => [id, runs]);
  ageAgent(world);
  await world.run(5 * 60_000);
  expect(world.status('line')).toMatchObject({ phase: 'converged', running: { revision: 1 } });
  expect(world.up('line').map(({ id, runs }) => [id, runs])).toEqual(before);
  await world.restartAgent();
  await world.run(60_000);
  const told = world.toldEvents().filter(({ type }) => type === 'store_recovered');
  expect(told).toMatchObject([{ code: 'newer', deployments: ['line'] }]);
});

test('a bad update that was under way ends with what was proven before', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.programs.set('registry.test/app:2', programs.crashesAtOnce);
  world.publish(deployment({ revision: 2 }));
  await world.untilPhase('line', 'proving', { revision: 2 });
  ageAgent(world);
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  expect(world.up('line').map(({ spec }) => spec.revision)).toEqual([1]);
});

test('what was barred stays barred', async ({ makeWorld }) => {
  const world = makeWorld();
  world.programs.set('registry.test/app:2', programs.crashesAtOnce);
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.publish(deployment({ revision: 2 }));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  const runs = world.daemon.of('line', 'app').length;
  ageAgent(world);
  await world.run(60 * 60_000);
  expect(world.status('line')).toMatchObject({ phase: 'rolled_back', running: { revision: 1 } });
  expect(world.daemon.of('line', 'app').length).toBeLessThanOrEqual(runs);
});

// What the diagnosis knows after a restart of the agent.
import { parse } from 'valibot';
import { expect } from 'vitest';
import { why } from '../../../protocol/operations/why.ts';
import { deployment } from '../../fakes/deployments.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

async function findingsOf(world: World) {
  const outcome = await world.agent.operations.why.ask({}, new AbortController().signal);
  if (outcome.kind !== 'done') throw new Error(`why came to ${outcome.kind}`);
  return parse(why.answer, JSON.parse(JSON.stringify(outcome.answer))).findings;
}

test('what was wrong before a restart is told at once, with its beginning', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  await world.run(60_000);
  world.host.clock = { isSynchronised: false, source: 'kernel' };
  await world.run(3_600_000);
  const [before] = await findingsOf(world);
  expect(before?.code).toBe('clock_unsynchronised');
  world.killAgent();
  await world.run(10_000);
  const [after] = await findingsOf(world);
  expect(after).toMatchObject({ id: before?.id, since: before?.since });
});

test('what ended while the agent was away begins anew when it comes back', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.host.clock = { isSynchronised: false, source: 'kernel' };
  await world.run(3_600_000);
  const [before] = await findingsOf(world);
  world.killAgent();
  world.host.clock = { isSynchronised: true, source: 'timesyncd' };
  await world.run(120_000);
  world.host.clock = { isSynchronised: false, source: 'kernel' };
  await world.run(3_600_000);
  const [after] = await findingsOf(world);
  expect(after?.id).toBe(before?.id);
  expect(Date.parse(after?.since ?? '')).toBeGreaterThan(Date.parse(before?.since ?? ''));
});

test('an upgrade of the engine while the agent was away went before what fails since', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  await world.run(60_000);
  world.killAgent();
  world.daemon.version = '29.1.0';
  await world.run(10_000);
  world.host.clock = { isSynchronised: false, source: 'kernel' };
  await world.run(1_800_000);
  const [finding] = await findingsOf(world);
  expect(finding?.changed.join()).toContain('the engine changed from version 29.0.0 to 29.1.0');
});

test('a quiet day writes nothing of it', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  await world.run(60_000);
  const before = world.disk.identityOf('/documents/seen');
  await world.run(86_400_000);
  expect(world.disk.identityOf('/documents/seen')).toBe(before);
});

test('a device that is unplugged is told with when it went', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  const devices = [{ source: '/dev/video0', target: '/dev/video0', permissions: 'rwm' }];
  world.publish(deployment({ revision: 1, services: { camera: { image: 'app:1', devices } } }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  await world.run(60_000);
  expect(await findingsOf(world)).toEqual([]);
  world.host.unplugged.add('/dev/video0');
  const wentMs = world.clock.wallTime().getTime();
  await world.run(60_000);
  const [finding] = await findingsOf(world);
  expect(finding).toMatchObject({
    id: 'device_gone:devices/dev/video0',
    title: '/dev/video0 is gone, which line/camera needs',
  });
  expect(Date.parse(finding?.since ?? '') - wentMs).toBeLessThan(20_000);
});

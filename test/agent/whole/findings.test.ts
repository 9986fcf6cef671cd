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

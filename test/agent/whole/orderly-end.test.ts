// An orderly end of the agent, and what comes while it takes its time.
import { expect } from 'vitest';
import { DEFAULT_TOPIC_PREFIX, formatTopic } from '../../../protocol/topics.ts';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { test } from './world-test.ts';

const revision = (name: string, number: number) =>
  deployment({
    ...{ name, revision: number },
    services: { app: { image: `registry.test/${name}:${number}`, probe: PROBE } },
  });

test('a retry that comes meanwhile is carried out by the next start', async ({ makeWorld }) => {
  const world = makeWorld();
  world.programs.set('registry.test/line:2', programs.neverAnswers);
  world.startAgent();
  for (const name of ['line', 'slow']) world.publish(revision(name, 1));
  for (const name of ['line', 'slow']) await world.untilPhase(name, 'converged', { revision: 1 });
  world.publish(revision('line', 2));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  world.faults.plan('stop_container', 'hang');
  world.publish(revision('slow', 2));
  await world.untilPhase('slow', 'switching', { revision: 2 });

  const restarted = world.restartAgent();
  const command = { id: 'c1', verb: 'retry', args: { deployment: 'line' } };
  const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'command', device: 'edge-01', id: 'c1' });
  world.broker.publish(topic, JSON.stringify({ schema: 'holdfast.command/1', ...command }));
  await restarted;
  await world.untilPhase('line', 'proving', { revision: 2 });
  expect(world.status('line')?.phase).toBe('proving');
});

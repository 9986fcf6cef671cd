// Every kind of call to the engine going wrong in every way, once and a few times in a row, in an update.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import type { CallFault } from '../../fakes/engine/call-faults.ts';
import { watchForTwins } from '../../fakes/watches.ts';
import { test } from './world-test.ts';

const CALLS = [
  'facts',
  'observe',
  'inspectImage',
  'pullImage',
  'create_network',
  'create_container',
  'start_container',
  'stop_container',
  'remove_container',
] as const;
const FAULTS: readonly CallFault[] = ['unavailable', 'fail', 'fail_after', 'lose', 'hang'];

const cases = CALLS.flatMap((call) => FAULTS.map((fault) => ({ call, fault })));

const documentOf = (revision: number) =>
  deployment({
    revision,
    services: {
      app: {
        image: `registry.test/app:${revision}`,
        probe: PROBE,
        networks: { default: {}, [`n${revision}`]: {} },
      },
    },
    networks: { [`n${revision}`]: {} },
    update: { healthy_after: '5s', deadline: '4m' },
  });

for (const times of [1, 2]) {
  test.for(cases)(
    `an update converges though $call meets "$fault" ${times} ×`,
    async ({ call, fault }, { makeWorld }) => {
      const world = makeWorld();
      const twins = watchForTwins(world);
      world.startAgent();
      world.publish(documentOf(1));
      await world.untilPhase('line', 'converged', { revision: 1 });
      world.faults.plan(call, fault, times);
      world.publish(documentOf(2));
      await world.untilPhase('line', 'converged', { revision: 2, maxMs: 60 * 60_000 });
      await world.run(5 * 60_000);
      expect(world.status('line')).toMatchObject({ phase: 'converged', reason: null });
      expect(world.daemon.of('line').map(({ spec, state }) => `r${spec.revision} ${state}`)).toEqual([
        'r2 running',
      ]);
      expect(twins).toEqual([]);
    },
  );
}

test('a removal that is told as failed and took effect leaves nothing degraded', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.faults.plan('remove_container', 'fail_after', 1);
  world.publish(deployment({ revision: 2 }));
  await world.untilPhase('line', 'converged', { revision: 2 });
  await world.run(5 * 60_000);
  expect(world.status('line')).toMatchObject({ phase: 'converged', reason: null });
});

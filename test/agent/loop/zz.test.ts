import { deployment } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { test } from './world-test.ts';
test('x', async ({ makeWorld }) => {
  const world = makeWorld();
  world.programs.set('registry.test/app:1', programs.crashesAtOnce);
  world.onWrite = (name) => world.note('write '+name);
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'failed', { revision: 1 });
  console.log(world.trace.filter(l=>!/broker:/.test(l)).join('\n'), JSON.stringify(world.status('line')?.reason), JSON.stringify(world.agent.status().deployments[0]?.reason));
  await world.run(3000);
  console.log(JSON.stringify(world.status('line')?.reason));
});

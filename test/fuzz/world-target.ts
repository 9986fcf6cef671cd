// Payloads at the whole agent, on all of its topics, while a deployment runs: nothing of it may change.
import fc from 'fast-check';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { deployment } from '../fakes/deployments.ts';
import { World } from '../fakes/world.ts';
import { goodCommand, goodDocument } from './documents.ts';
import { mutatedJson } from './mutations.ts';
import { must, mustBeClean, type Subject, target } from './target.ts';

const BATCH = 20;
const REVISION = 2 ** 40;

const name = fc.oneof(
  fc.constant('line'),
  fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/),
  fc.constantFrom('..', 'UP', ''),
);
const topic = fc.oneof(
  name.map((leaf) => `devices/edge-01/deployments/${leaf}`),
  name.map((leaf) => `groups/berlin/deployments/${leaf}`),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/).map((id) => `devices/edge-01/commands/${id}`),
);
const message = fc.record({
  topic,
  text: fc.oneof(mutatedJson(goodDocument), mutatedJson(goodCommand)),
  retain: fc.boolean(),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

export const worldTarget = target({
  name: 'world',
  share: 0.05,
  inputs: fc.array(message, { minLength: BATCH, maxLength: BATCH }),
  batch: BATCH,
  open: openWorld,
});

async function openWorld(): Promise<Subject<readonly Message[]>> {
  const world = new World();
  world.startAgent();
  world.publish(deployment({ revision: REVISION }));
  await world.untilPhase('line', 'converged', { revision: REVISION });
  const before = describeContainers(world);
  return {
    async feed(messages) {
      for (const { topic, text, retain } of messages) {
        // What is a good document is carried out, as it should be.
        if (!isGood(text)) world.broker.publish(`holdfast/v1/${topic}`, text, { retain });
      }
      await world.run(20_000);
      must(world.fatal.length === 0, `the agent failed: ${String(world.fatal[0])}`);
      must(world.watchdogKills === 0, 'the agent hung');
      must(describeContainers(world) === before, `other containers run: ${describeContainers(world)}`);
      must(world.status('line')?.phase === 'converged', `line is ${world.status('line')?.phase}`);
      await checkBounds(world);
      mustBeClean();
    },
    close: () => world.close(),
  };
}

function describeContainers(world: World): string {
  const all = [...world.daemon.containers.values()].map(
    ({ id, spec, state, runs }) => `${id} ${spec.name} ${state} ${runs}`,
  );
  return all.toSorted().join('\n');
}

function isGood(text: string): boolean {
  try {
    return parseDeployment(JSON.parse(text)).ok;
  } catch {
    return false;
  }
}

async function checkBounds(world: World): Promise<void> {
  const { deployments, outbox } = await world.localStatus();
  must(deployments.length <= 202, `${deployments.length} statuses are kept`);
  must(outbox.events <= 10_000, `${outbox.events} events wait`);
  const largest = Math.max(
    ...world.broker.taken
      .slice(-200)
      .map(({ from, payload }) => (from === 'manager' ? 0 : Buffer.byteLength(payload))),
  );
  must(largest <= 120 * 1024, `the agent published ${largest} bytes`);
}

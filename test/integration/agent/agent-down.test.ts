// What a technician still learns where the agent is frozen or gone, or the engine is, with real ones of both.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import { hello, present } from '../support/documents.ts';
import { World } from '../support/world.ts';

const V1 = inject('rig').images['hello:1.0.0'].reference;

const SECRET = 'hunter2-of-the-service';

async function ask(world: World, args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const beganMs = performance.now();
  const code = await runCommand(
    args,
    {
      environment: { socketPath: null, configPath: path.join(world.dir, 'holdfast.toml') },
      out: { write: (text) => void out.push(text), columns: null, hasColour: false },
      err: { write: (text) => void err.push(text) },
      now: () => new Date(),
      signal: new AbortController().signal,
    },
    VERBS,
  );
  return { code, out: out.join(''), err: err.join(''), ms: performance.now() - beganMs };
}

test('a frozen agent, a stopped one, and an engine that is gone', async () => {
  const world = new World();
  try {
    await world.mosquitto();
    const manager = await world.manager();
    const engine = await world.forwardEngine(`${world.dir}/engine.sock`);
    const agent = await world.agent({ engineSocket: engine.socketPath });
    const name = world.name('web');
    await manager.publish(
      name,
      present(name, 1, { hello: hello(V1, { environment: { API_TOKEN: SECRET } }) }),
    );
    await manager.phase(name, 'converged', 1, 60_000);

    process.kill(agent.pid, 'SIGSTOP');
    const frozen = await ask(world, ['status']);
    const file = path.join(world.dir, 'bundle.tar.gz');
    const bundled = await ask(world, ['bundle', '--out', file, '--json']);
    const hung = engine.misbehave('GET', /\/containers\/json/, { kind: 'hang' });
    const bothFrozen = await ask(world, ['why', '--json']);
    hung.lift();
    process.kill(agent.pid, 'SIGCONT');
    // It goes on as if nobody had looked: the store is as it was, and takes the next revision.
    await manager.publish(
      name,
      present(name, 2, { hello: hello(V1, { environment: { API_TOKEN: SECRET, A: '2' } }) }),
    );
    await manager.phase(name, 'converged', 2, 60_000);
    await agent.stop();
    const stopped = await ask(world, ['status', '--json']);

    expect(frozen.code).toBe(3);
    expect(frozen.err).toMatch(/^The agent at .* gave no answer in 1\.5s\.\n/);
    expect(frozen.out).toContain(`- ${name}/hello: Up `);
    expect(frozen.out).toMatch(new RegExp(`${name} {2}revision 1 {2}converged`));
    expect(frozen.ms).toBeLessThan(2000);
    expect(bothFrozen.ms).toBeLessThan(2000);
    expect({ code: bothFrozen.code, answer: JSON.parse(bothFrozen.out) }).toMatchObject({
      code: 3,
      answer: { agent: null, containers: null, deployments: [{ deployment: name, phase: 'converged' }] },
    });
    expect({ code: bundled.code, answer: JSON.parse(bundled.out) }).toMatchObject({
      code: 0,
      answer: {
        missing: expect.arrayContaining([expect.objectContaining({ what: 'status.json' })]),
        files: expect.arrayContaining(
          ['store/statuses.json', 'store/events.jsonl', 'engine/info.json', 'engine/containers.json'].map(
            (one) => expect.objectContaining({ path: one }),
          ),
        ),
      },
    });
    expect(gunzipSync(readFileSync(file)).includes(SECRET)).toBe(false);
    expect(bundled.ms).toBeLessThan(10_000);
    expect({ code: stopped.code, answer: JSON.parse(stopped.out) }).toMatchObject({
      code: 3,
      answer: {
        error: { message: expect.stringContaining('there is no socket') },
        // Other tests share the engine.
        containers: expect.arrayContaining([
          expect.objectContaining({ deployment: name, service: 'hello', state: 'running' }),
        ]),
        deployments: [{ deployment: name, desired: { revision: 2 } }],
      },
    });
  } finally {
    await world.close();
  }
});

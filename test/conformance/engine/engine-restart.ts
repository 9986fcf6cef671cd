// What is left of everything when the engine ends, in order or with the power, and comes up again.
import { expect } from 'vitest';
import { EngineUnavailable } from '../../../agent/ports/engine.ts';
import type { Program, RestartableScene } from './scene.ts';
import { type Declare, type Keys, type Made, own, type Stage } from './stage.ts';

type Cast = Readonly<Record<'kept' | 'stopped' | 'killed' | 'created' | 'no' | 'clean' | 'failing', Made>>;

/** One container of each sort, under policies that differ. */
async function cast(stage: Stage<RestartableScene>): Promise<Cast> {
  const run = (program: Program, keys: Keys = {}) => stage.run(program, { stop_grace_period: '2s', ...keys });
  const made = {
    kept: await run({ kind: 'runs' }),
    stopped: await run({ kind: 'runs' }),
    killed: await run({ kind: 'runs' }),
    created: await stage.create({ kind: 'runs' }),
    no: await run({ kind: 'runs' }, { restart: 'no' }),
    clean: await run({ kind: 'stops_with', code: 0 }, { restart: 'on-failure' }),
    failing: await run({ kind: 'runs' }, { restart: 'on-failure' }),
  };
  await stage.untilStarted(made.clean);
  await stage.stop(made.stopped);
  await stage.scene.hands.kill(made.killed.container);
  await stage.untilSeen(made.killed, ({ state }) => state === 'exited');
  return made;
}

export function declareEngineRestarts(behaviour: Declare<RestartableScene>): void {
  behaviour(
    'an orderly end stops all with SIGTERM; the next start runs what was not stopped by hand',
    async (stage) => {
      const { engine, deployment } = stage.scene;
      const made = await cast(stage);
      const before = await stage.see(made.kept);
      const watching = engine
        .watch(() => undefined, new AbortController().signal)
        .then(
          () => 'ended',
          (error: unknown) => (error instanceof EngineUnavailable ? 'unavailable' : String(error)),
        );
      await stage.letPass(300);
      await stage.scene.stopEngine();
      expect(['ended', 'unavailable']).toContain(await watching);
      await expect(engine.observe(deployment)).rejects.toThrow(EngineUnavailable);
      await expect(stage.start(made.kept)).rejects.toThrow(EngineUnavailable);
      await expect(engine.inspectImage(made.kept.spec.service.image.text)).rejects.toThrow(EngineUnavailable);
      await stage.scene.startEngine();
      const after = await stage.untilSeen(made.kept, ({ state }) => state === 'running');
      expect(after.engineRestarts).toBe(0);
      expect(after.startedAt).not.toBe(before.startedAt);
      expect(await stage.see(made.failing)).toMatchObject({ state: 'running', engineRestarts: 0 });
      expect(await stage.see(made.stopped)).toMatchObject({ state: 'exited', exitCode: 143 });
      expect(await stage.see(made.killed)).toMatchObject({ state: 'exited', exitCode: 137 });
      expect(await stage.see(made.created)).toMatchObject({ state: 'created', startedAt: null });
      expect(await stage.see(made.no)).toMatchObject({ state: 'exited', exitCode: 143 });
      expect(await stage.see(made.clean)).toMatchObject({ state: 'exited', exitCode: 0 });
      expect(own((await stage.observe()).networks)).toEqual(['default']);
    },
  );

  behaviour('after a power cut even a program that would end well counts as failed', async (stage) => {
    const made = await cast(stage);
    await stage.scene.cutPower();
    await stage.scene.startEngine();
    for (const one of [made.kept, made.failing, made.clean])
      expect(await stage.untilSeen(one, ({ state }) => state === 'running')).toMatchObject({
        engineRestarts: 0,
      });
    expect(await stage.see(made.stopped)).toMatchObject({ state: 'exited', exitCode: 143 });
    expect(await stage.see(made.killed)).toMatchObject({ state: 'exited', exitCode: 137 });
    expect(await stage.see(made.created)).toMatchObject({ state: 'created' });
    expect(await stage.see(made.no)).toMatchObject({ state: 'exited', exitCode: 255 });
  });
}

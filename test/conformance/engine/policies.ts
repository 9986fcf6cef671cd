// What the engine does by itself: restarts by policy, and health checks.
import { expect } from 'vitest';
import { until } from '../until.ts';
import { type EngineScene, HEALTHY_FILE } from './scene.ts';
import type { Declare } from './stage.ts';

const QUICK_CHECK = {
  healthcheck: {
    ...{ test: ['CMD-SHELL', `test -e ${HEALTHY_FILE}`], interval: '500ms', timeout: '5s', retries: 2 },
  },
};

export function declarePolicies(behaviour: Declare<EngineScene>): void {
  behaviour('with the policy "no" an exit is the end', async (stage) => {
    const made = await stage.run({ kind: 'exits', afterMs: 100, code: 3 }, { restart: 'no' });
    await stage.untilSeen(made, ({ state }) => state === 'exited');
    await stage.letPass(500);
    expect(await stage.see(made)).toMatchObject({ state: 'exited', exitCode: 3, engineRestarts: 0 });
  });

  behaviour('"on-failure" leaves one alone that ended well', async (stage) => {
    const made = await stage.run({ kind: 'exits', afterMs: 100, code: 0 }, { restart: 'on-failure' });
    await stage.untilSeen(made, ({ state }) => state === 'exited');
    await stage.letPass(500);
    expect(await stage.see(made)).toMatchObject({ state: 'exited', exitCode: 0, engineRestarts: 0 });
  });

  behaviour('"on-failure:2" restarts twice, and a start by hand counts from the beginning', async (stage) => {
    const made = await stage.run({ kind: 'exits', afterMs: 100, code: 3 }, { restart: 'on-failure:2' });
    const isSpent = { state: 'exited', exitCode: 3, engineRestarts: 2 };
    await stage.untilSeen(made, ({ state, engineRestarts }) => state === 'exited' && engineRestarts === 2);
    await stage.letPass(800);
    expect(await stage.see(made)).toMatchObject(isSpent);
    await stage.start(made);
    const { startedAt } = await stage.see(made);
    const again = await stage.untilSeen(
      made,
      (seen) => seen.state === 'exited' && seen.engineRestarts === 2 && seen.startedAt !== startedAt,
    );
    expect(again).toMatchObject(isSpent);
  });

  behaviour('"unless-stopped" restarts after every exit, each run with a time of its own', async (stage) => {
    const made = await stage.run({ kind: 'exits', afterMs: 200, code: 0 });
    const { startedAt } = await stage.see(made);
    const later = await stage.untilSeen(made, ({ engineRestarts }) => engineRestarts >= 2);
    expect(later.startedAt).not.toBe(startedAt);
    await stage.stop(made);
    const stopped = await stage.see(made);
    expect(stopped.state).toBe('exited');
    await stage.letPass(1500);
    expect(await stage.see(made)).toMatchObject({ state: 'exited', startedAt: stopped.startedAt });
  });

  behaviour(
    'between two runs it shows the last exit, is not removed, and has left its network',
    async (stage) => {
      const made = await stage.run({ kind: 'exits', afterMs: 50, code: 3 });
      // The pauses double: the fifth is long enough to look and act in.
      const isWaiting = { state: 'restarting', exitCode: 3, address: null };
      await stage.untilSeen(
        made,
        ({ state, engineRestarts }) => state === 'restarting' && engineRestarts >= 5,
      );
      expect(await stage.see(made)).toMatchObject(isWaiting);
      await stage.remove(made);
      expect(await stage.see(made)).toMatchObject({ state: 'restarting' });
      await stage.done({ kind: 'remove_network', network: 'default' });
      await stage.untilSeen(made, ({ state }) => state === 'exited');
      expect(await stage.see(made)).toMatchObject({ exitCode: 3 });
    },
  );

  behaviour('a stop between two runs is at once, and a start begins another', async (stage) => {
    const made = await stage.run({ kind: 'exits', afterMs: 50, code: 3 });
    await stage.untilSeen(made, ({ state, engineRestarts }) => state === 'restarting' && engineRestarts >= 5);
    await stage.stop(made);
    expect(await stage.see(made)).toMatchObject({ state: 'exited', exitCode: 3 });
    await stage.start(made);
    await stage.untilSeen(made, ({ engineRestarts }) => engineRestarts >= 1);
  });

  behaviour('a kill between two runs keeps the next from beginning', async (stage) => {
    const made = await stage.run({ kind: 'exits', afterMs: 50, code: 3 });
    await stage.untilSeen(made, ({ state, engineRestarts }) => state === 'restarting' && engineRestarts >= 5);
    const { startedAt } = await stage.see(made);
    await stage.scene.hands.kill(made.container);
    await stage.untilSeen(made, ({ state }) => state === 'exited');
    await stage.letPass(4000);
    expect(await stage.see(made)).toMatchObject({ state: 'exited', exitCode: 3, startedAt });
  });

  behaviour('a health check is starting, then healthy, then unhealthy, and each is told', async (stage) => {
    const { engine, deployment, clock } = stage.scene;
    const made = await stage.create({ kind: 'answers', fromMs: 1200, untilMs: 4000 }, QUICK_CHECK);
    expect(await stage.see(made)).toMatchObject({ engineHealth: 'none' });
    await stage.start(made);
    expect(await stage.see(made)).toMatchObject({ engineHealth: 'starting' });
    await stage.untilSeen(made, ({ engineHealth }) => engineHealth === 'healthy');
    let count = 0;
    const watching = new AbortController();
    const ended = engine.watch((name) => {
      if (name === deployment) count += 1;
    }, watching.signal);
    await stage.untilSeen(made, ({ engineHealth }) => engineHealth === 'unhealthy');
    await until(
      clock,
      () => count,
      () => count > 0,
    );
    watching.abort();
    await ended;
  });

  behaviour(
    'one that is not looked at counts as unhealthy: stopped, or paused until the next look',
    async (stage) => {
      const made = await stage.run({ kind: 'answers', fromMs: 0, untilMs: null }, QUICK_CHECK);
      await stage.untilSeen(made, ({ engineHealth }) => engineHealth === 'healthy');
      await stage.scene.hands.pause(made.container);
      await stage.untilSeen(made, ({ engineHealth }) => engineHealth === 'unhealthy');
      await stage.done({ kind: 'unpause_container', service: 'app', index: 0, container: made.container });
      await stage.untilSeen(made, ({ engineHealth }) => engineHealth === 'healthy');
      await stage.stop(made);
      expect(await stage.see(made)).toMatchObject({ state: 'exited', engineHealth: 'unhealthy' });
      await stage.start(made);
      expect(await stage.see(made)).toMatchObject({ engineHealth: 'starting' });
    },
  );

  behaviour('while it may still be starting, a failed look does not count', async (stage) => {
    const keys = { healthcheck: { ...QUICK_CHECK.healthcheck, start_period: '60s' } };
    const made = await stage.run({ kind: 'answers', fromMs: 2500, untilMs: null }, keys);
    await stage.letPass(2000);
    expect(await stage.see(made)).toMatchObject({ engineHealth: 'starting' });
    await stage.untilSeen(made, ({ engineHealth }) => engineHealth === 'healthy');
  });
}

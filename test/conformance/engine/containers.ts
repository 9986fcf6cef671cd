// How a container lives and ends, by the agent's steps and by other hands.
import { expect } from 'vitest';
import type { ObservedContainer } from '../../../agent/model/observed.ts';
import type { StepOutcome } from '../../../agent/model/steps.ts';
import { until } from '../until.ts';
import type { EngineScene } from './scene.ts';
import type { Declare, Keys } from './stage.ts';

type Outcome = StepOutcome & { readonly ok: true };

export function declareContainers(behaviour: Declare<EngineScene>): void {
  behaviour('one that is created does not run yet', async (stage) => {
    const made = await stage.create({ kind: 'runs' });
    expect(await stage.see(made)).toMatchObject({
      ...{ service: 'app', revision: 1, specHash: made.spec.hash, state: 'created' },
      ...{ exitCode: null, startedAt: null, address: null, engineRestarts: 0, oomKilled: false },
      ...{ engineHealth: 'none', networks: ['default'], joins: [] },
    });
  });

  behaviour('a creation that is asked for again under its name makes no second one', async (stage) => {
    const made = await stage.create({ kind: 'runs' });
    const { name } = await stage.see(made);
    expect(await stage.createOf(made.spec, { name })).toEqual(made);
    expect((await stage.observe()).containers).toHaveLength(1);
    const other = stage.spec({ kind: 'runs' }, { hostname: 'other' });
    expect(await stage.carryOut({ kind: 'create_container', spec: other, name, peers: {} })).toMatchObject({
      ok: false,
      code: 'name_taken',
    });
  });

  behaviour('two instances of a service stand side by side, each known by its index', async (stage) => {
    const first = await stage.run({ kind: 'runs' });
    const { name } = await stage.see(first);
    const spec = { ...first.spec, instance: { ...first.spec.instance, index: 1 } };
    const taken = await stage.carryOut({ kind: 'create_container', spec, name, peers: {} });
    expect(taken).toMatchObject({ ok: false, code: 'name_taken' });
    const second = await stage.createOf(spec, { name: `${name}.1` });
    await stage.start(second);
    for (const [made, index] of [
      [first, 0],
      [second, 1],
    ] as const) {
      expect(await stage.see(made)).toMatchObject({ service: 'app', index, state: 'running' });
    }
  });

  behaviour('a start begins a run, and a second start leaves that run alone', async (stage) => {
    const made = await stage.run({ kind: 'runs' });
    const first = await stage.see(made);
    expect(first).toMatchObject({ state: 'running', exitCode: null });
    expect(first.startedAt).toMatch(/^\d{4}-.*Z$/);
    expect(first.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    await stage.start(made);
    expect(await stage.see(made)).toMatchObject({ state: 'running', startedAt: first.startedAt });
  });

  behaviour('a program that does not handle SIGTERM stops with 143, and is not restarted', async (stage) => {
    const made = await stage.run({ kind: 'runs' });
    const { startedAt } = await stage.see(made);
    await stage.stop(made);
    const stopped = { state: 'exited', exitCode: 143, startedAt, address: null, engineRestarts: 0 };
    expect(await stage.see(made)).toMatchObject(stopped);
    await stage.stop(made);
    expect(await stage.see(made)).toMatchObject(stopped);
  });

  behaviour('a program that handles SIGTERM leaves with its own code', async (stage) => {
    const made = await stage.run({ kind: 'stops_with', code: 0 });
    await stage.untilStarted(made);
    await stage.stop(made);
    expect(await stage.see(made)).toMatchObject({ state: 'exited', exitCode: 0 });
  });

  behaviour(
    'a grace is shown as it was given, in whole seconds, and as ten where none was',
    async (stage) => {
      const graceOf = async (keys: Keys) =>
        (await stage.see(await stage.create({ kind: 'runs' }, keys))).stopGraceMs;
      expect(await graceOf({ stop_grace_period: '1m' })).toBe(60_000);
      expect(await graceOf({ stop_grace_period: '300ms' })).toBe(1000);
      expect(await graceOf({ stop_grace_period: '0s' })).toBe(0);
      expect(await graceOf({})).toBe(10_000);
    },
  );

  for (const kind of ['stop', 'restart'] as const) {
    behaviour(`at a ${kind} one that ignores SIGTERM is killed after its own grace`, async (stage) => {
      const made = await stage.run({ kind: 'ignores_sigterm' }, { stop_grace_period: '1s' });
      await stage.untilStarted(made);
      const { clock } = stage.scene;
      const beganMs = clock.monotonicMs();
      expect(await stage[kind](made)).toMatchObject({ ok: true });
      expect(clock.monotonicMs() - beganMs).toBeGreaterThan(950);
      expect(clock.monotonicMs() - beganMs).toBeLessThan(8000);
      if (kind === 'stop')
        expect(await stage.see(made)).toMatchObject({ state: 'exited', exitCode: 137, oomKilled: false });
    });
  }

  behaviour('a stop of one that never ran is as good as done', async (stage) => {
    const made = await stage.create({ kind: 'runs' });
    await stage.stop(made);
    expect(await stage.see(made)).toMatchObject({ state: 'created' });
  });

  behaviour('a restart begins another run of one that runs, and of one that stopped', async (stage) => {
    const made = await stage.run({ kind: 'runs' }, { stop_grace_period: '2s' });
    const first = await stage.see(made);
    expect(await stage.restart(made)).toMatchObject({ ok: true });
    const second = await stage.see(made);
    expect(second).toMatchObject({ state: 'running', engineRestarts: 0 });
    expect(second.startedAt).not.toBe(first.startedAt);
    await stage.stop(made);
    expect(await stage.restart(made)).toMatchObject({ ok: true });
    const third = await stage.see(made);
    expect(third).toMatchObject({ state: 'running', engineRestarts: 0 });
    expect(third.startedAt).not.toBe(second.startedAt);
  });

  behaviour('one that is killed by hand stays down, whatever its policy', async (stage) => {
    const made = await stage.run({ kind: 'runs' });
    await stage.scene.hands.kill(made.container);
    await stage.untilSeen(made, ({ state }) => state === 'exited');
    await stage.letPass(500);
    expect(await stage.see(made)).toMatchObject({ state: 'exited', exitCode: 137, engineRestarts: 0 });
  });

  behaviour('one that is removed by hand is gone, and steps on it are refused or done', async (stage) => {
    const made = await stage.run({ kind: 'runs' });
    await stage.scene.hands.remove(made.container);
    expect(await stage.find(made)).toBeNull();
    await stage.stop(made);
    await stage.remove(made);
    const gone = { ok: false, code: 'engine_error' };
    for (const kind of ['start_container', 'update_container'] as const)
      expect(await stage.carryOut({ kind, ...made })).toMatchObject(gone);
    expect(await stage.restart(made)).toMatchObject(gone);
    expect(
      await stage.carryOut({
        kind: 'unpause_container',
        service: 'app',
        index: 0,
        container: made.container,
      }),
    ).toMatchObject(gone);
    expect(await stage.carryOut({ kind: 'join_network', network: 'default', ...made })).toMatchObject(gone);
    expect(
      await stage.carryOut({ kind: 'read_last_logs', service: 'app', index: 0, container: made.container }),
    ).toMatchObject(gone);
  });

  behaviour('a paused one runs on as it was', async (stage) => {
    const made = await stage.run({ kind: 'runs' });
    const { startedAt } = await stage.see(made);
    await stage.scene.hands.pause(made.container);
    expect(await stage.see(made)).toMatchObject({ state: 'paused', exitCode: null, startedAt });
    expect(await stage.carryOut({ kind: 'start_container', ...made })).toMatchObject({ code: 'conflict' });
    const unpausing = {
      kind: 'unpause_container',
      service: 'app',
      index: 0,
      container: made.container,
    } as const;
    await stage.done(unpausing);
    await stage.done(unpausing);
    expect(await stage.see(made)).toMatchObject({ state: 'running', startedAt });
  });

  behaviour('a stop wakes a paused one, and it hears SIGTERM', async (stage) => {
    const made = await stage.run({ kind: 'runs' }, { stop_grace_period: '20s' });
    await stage.scene.hands.pause(made.container);
    const beganMs = stage.scene.clock.monotonicMs();
    await stage.stop(made);
    expect(await stage.see(made)).toMatchObject({ state: 'exited', exitCode: 143 });
    expect(stage.scene.clock.monotonicMs() - beganMs).toBeLessThan(15_000);
  });

  behaviour('one that runs is not removed, one that stopped is, and what is gone is done', async (stage) => {
    const made = await stage.run({ kind: 'runs' });
    await stage.remove(made);
    expect(await stage.see(made)).toMatchObject({ state: 'running' });
    await stage.stop(made);
    await stage.remove(made);
    expect(await stage.find(made)).toBeNull();
    await stage.remove(made);
  });

  behaviour('its output is read line by line while it runs and after, and of none nothing', async (stage) => {
    const made = await stage.run({ kind: 'prints', lines: 30 });
    const read = async (container: string, tail: number | null): Promise<string[] | null> => {
      const { signal } = new AbortController();
      const asked = { follow: false, since: null, until: null, tail, signal };
      const logs = await stage.scene.engine.readLogs(container, asked);
      if (logs.kind !== 'lines') return null;
      const texts: string[] = [];
      for await (const { text, stream } of logs.lines) texts.push(`${stream} ${text}`);
      return texts;
    };
    const isWhole = (lines: string[] | null): boolean => lines?.at(-1) === 'stdout 30';
    await until(stage.scene.clock, () => read(made.container, 1), isWhole);
    expect(await read(made.container, null)).toHaveLength(30);
    await stage.stop(made);
    expect(await read(made.container, 2)).toEqual(['stdout 29', 'stdout 30']);
    expect(await read('gone', 2)).toBeNull();
  });

  behaviour('the last lines of its output are read, oldest first', async (stage) => {
    const made = await stage.run({ kind: 'prints', lines: 30 });
    const reading = { kind: 'read_last_logs', service: 'app', index: 0, container: made.container } as const;
    const isWhole = (seen: Outcome): boolean => seen.output?.at(-1)?.text === '30';
    const { output } = await until(stage.scene.clock, () => stage.done(reading), isWhole);
    expect(output?.slice(-10).map(({ text }) => text)).toEqual([
      '21',
      '22',
      '23',
      '24',
      '25',
      '26',
      '27',
      '28',
      '29',
      '30',
    ]);
  });

  behaviour(
    'of one that was started again, the lines of the present run can be read alone',
    async (stage) => {
      const made = await stage.run({ kind: 'prints', lines: 3 });
      const reading = {
        kind: 'read_last_logs',
        service: 'app',
        index: 0,
        container: made.container,
      } as const;
      const counts = (seen: Outcome): number => seen.output?.length ?? 0;
      await until(
        stage.scene.clock,
        () => stage.done(reading),
        (seen) => counts(seen) === 3,
      );
      await stage.done({ kind: 'restart_container', ...made, graceMs: 1000 });
      await until(
        stage.scene.clock,
        () => stage.done(reading),
        (seen) => counts(seen) === 6,
      );
      const { output } = await stage.done({ ...reading, ofThisRun: true });
      expect(output?.map(({ text }) => text)).toEqual(['1', '2', '3']);
    },
  );

  behaviour('without its image none is made', async (stage) => {
    await stage.network();
    const spec = { ...stage.spec({ kind: 'runs' }, { image: 'registry.invalid/nobody/has:1' }) };
    expect(
      await stage.carryOut({ kind: 'create_container', spec, name: stage.newName(), peers: {} }),
    ).toMatchObject({
      ok: false,
      code: 'image_missing',
    });
    expect((await stage.observe()).containers).toEqual([]);
  });

  behaviour('one whose memory limit is too small is killed for it, and that is told', async (stage) => {
    const deploy = { resources: { limits: { memory: '32m' } } };
    const ends: ObservedContainer[] = [];
    for (let count = 0; count < 3; count += 1) {
      const made = await stage.run({ kind: 'leaks' }, { deploy, restart: 'no' });
      ends.push(await stage.untilSeen(made, ({ state }) => state === 'exited'));
    }
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([137, 137, 137]);
    // Where the end reaches the engine before the kernel's word of it, the engine forgets that word: once in hundreds.
    expect(ends.map(({ oomKilled }) => oomKilled)).toContain(true);
  });

  behaviour('limits and policy are shown as asked, and an update changes them in place', async (stage) => {
    const limits = { memory: '64m', cpus: '0.5', pids: 50 };
    const made = await stage.run(
      { kind: 'runs' },
      { restart: 'on-failure:3', deploy: { resources: { limits } } },
    );
    const before = await stage.see(made);
    const asked = { memoryBytes: 64 * 1024 ** 2, nanoCpus: 5e8, pids: 50, restartPolicy: 'on-failure:3' };
    expect(before.settings).toEqual(asked);
    const more = { memory: '128m', cpus: '0.25', pids: 60 };
    const changed = stage.spec({ kind: 'runs' }, { deploy: { resources: { limits: more } } });
    await stage.done({ kind: 'update_container', spec: changed, container: made.container });
    const after = await stage.see(made);
    expect(after.settings).toEqual(changed.settings);
    expect(after).toMatchObject({ startedAt: before.startedAt, specHash: before.specHash, state: 'running' });
  });

  behaviour('an update that asks for no limit takes away that of processes alone', async (stage) => {
    const limits = { memory: '64m', cpus: '0.5', pids: 50 };
    const made = await stage.run({ kind: 'runs' }, { deploy: { resources: { limits } } });
    const unlimited = stage.spec({ kind: 'runs' });
    await stage.done({ kind: 'update_container', spec: unlimited, container: made.container });
    expect((await stage.see(made)).settings).toEqual({ ...made.spec.settings, pids: 0 });
  });
}

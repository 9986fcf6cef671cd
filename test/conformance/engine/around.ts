// What a container needs around it: networks, volumes, ports, other containers; and whose all of it is.
import { expect } from 'vitest';
import { createNetwork, createVolume } from '../../fakes/resources.ts';
import { until } from '../until.ts';
import type { EngineScene } from './scene.ts';
import { type Declare, own } from './stage.ts';

const DATA = { volumes: [{ type: 'volume', source: 'data', target: '/data' }] };

export function declareSurroundings(behaviour: Declare<EngineScene>): void {
  behaviour('a network or volume that is there is as good as created', async (stage) => {
    for (const _ of [1, 2]) {
      await stage.network();
      await stage.done(createVolume('data'));
    }
    const { networks, volumes, containers } = await stage.observe();
    expect([own(networks), own(volumes), containers]).toEqual([['default'], ['data'], []]);
  });

  behaviour('only what carries the label of a deployment is shown as its', async (stage) => {
    await stage.run({ kind: 'runs' });
    await stage.done(createVolume('data'));
    const { networks, volumes, containers } = await stage.scene.engine.observe(`${stage.scene.deployment}-2`);
    expect([own(networks), own(volumes), containers]).toEqual([[], [], []]);
  });

  behaviour('what somebody else made under our name is refused, and is not ours', async (stage) => {
    await stage.scene.hands.takeName('network', 'default');
    await stage.scene.hands.takeName('volume', 'data');
    const taken = { ok: false, code: 'name_taken' };
    expect(await stage.carryOut(createNetwork('default'))).toMatchObject(taken);
    expect(await stage.carryOut(createVolume('data'))).toMatchObject(taken);
    const { networks, volumes } = await stage.observe();
    expect([own(networks), own(volumes)]).toEqual([[], []]);
  });

  behaviour('a creation of the same under another name makes a second container', async (stage) => {
    const first = await stage.create({ kind: 'runs' });
    const second = await stage.createOf(first.spec);
    expect(second.container).not.toBe(first.container);
    expect((await stage.observe()).containers).toHaveLength(2);
  });

  behaviour('removal of what is gone is done', async (stage) => {
    await stage.done({ kind: 'remove_network', network: 'default' });
    await stage.done({ kind: 'remove_volume', volume: 'data' });
  });

  behaviour('a network is kept while a container on it runs, and goes with the last', async (stage) => {
    const made = await stage.run({ kind: 'runs' });
    const removing = { kind: 'remove_network', network: 'default' } as const;
    expect(await stage.carryOut(removing)).toMatchObject({ ok: false, code: 'network_in_use' });
    await stage.stop(made);
    await stage.done(removing);
    expect(own((await stage.observe()).networks)).toEqual([]);
    expect((await stage.see(made)).networks).toEqual([]);
    expect(await stage.carryOut({ kind: 'start_container', ...made })).toMatchObject({
      ok: false,
      code: 'engine_error',
    });
    expect(await stage.see(made)).toMatchObject({ state: 'exited', exitCode: 143 });
  });

  behaviour('a shared network goes with the last that is in it, running or not', async (stage) => {
    const { engine, deployment } = stage.scene;
    const spec = stage.spec({ kind: 'runs' }, { networks: { web: {} } });
    const [network = ''] = Object.keys(spec.networks);
    const asked = { name: 'web', key: network, isInternal: null, pool: null };
    const leave = () => engine.carryOut(`${deployment}-2`, { kind: 'leave_network', network });
    const isThere = async () => (await stage.observe()).networks.has(network);
    for (const _ of [1, 2]) await stage.done({ kind: 'create_network', network, asked });
    const made = await stage.createOf(spec);
    const steps = [() => undefined, () => stage.start(made), () => stage.stop(made)];
    for (const step of steps) {
      await step();
      expect([await leave(), await isThere()]).toEqual([{ ok: true }, true]);
    }
    expect((await stage.see(made)).networks).toEqual([network]);
    await stage.remove(made);
    expect([await leave(), await isThere()]).toEqual([{ ok: true }, false]);
    expect(await leave()).toEqual({ ok: true });
  });

  behaviour(
    'a network that was removed and made anew is not the one that a container was on',
    async (stage) => {
      const made = await stage.run({ kind: 'runs' });
      await stage.stop(made);
      await stage.done({ kind: 'remove_network', network: 'default' });
      await stage.network();
      expect((await stage.see(made)).networks).toEqual([]);
      expect(await stage.carryOut({ kind: 'start_container', ...made })).toMatchObject({
        code: 'engine_error',
      });
      await stage.done({ kind: 'join_network', network: 'default', ...made });
      await stage.start(made);
      expect(await stage.see(made)).toMatchObject({ state: 'running', networks: ['default'] });
    },
  );

  behaviour('without its network a container is made, and does not start', async (stage) => {
    const made = await stage.createOf(stage.spec({ kind: 'runs' }));
    expect(await stage.carryOut({ kind: 'start_container', ...made })).toMatchObject({
      ok: false,
      code: 'engine_error',
    });
    expect(await stage.see(made)).toMatchObject({ state: 'created', exitCode: null, startedAt: null });
    await stage.network();
    await stage.start(made);
    expect(await stage.see(made)).toMatchObject({ state: 'running', networks: ['default'] });
  });

  behaviour('a second network is joined at a creation, and may come before the start only', async (stage) => {
    const spec = stage.spec({ kind: 'runs' }, { networks: { default: {}, other: {} } });
    await stage.network();
    const made = await stage.createOf(spec);
    expect((await stage.see(made)).networks.toSorted()).toEqual(['default', 'other']);
    expect(await stage.carryOut({ kind: 'start_container', ...made })).toMatchObject({
      ok: false,
      code: 'engine_error',
    });
    await stage.network('other');
    await stage.start(made);
    expect((await stage.see(made)).networks.toSorted()).toEqual(['default', 'other']);
  });

  behaviour('a network can be joined later, and again, before the start and after it', async (stage) => {
    const made = await stage.create({ kind: 'runs' });
    await stage.network('other');
    const joining = { kind: 'join_network', network: 'other', ...made } as const;
    await stage.done(joining);
    await stage.done(joining);
    await stage.start(made);
    expect((await stage.see(made)).networks.toSorted()).toEqual(['default', 'other']);
    await stage.done(joining);
  });

  behaviour('one that is to live with a container that was never made does not start', async (stage) => {
    const { scene } = stage;
    const [, side] = stage.specs({
      app: scene.service({ kind: 'runs' }),
      side: {
        ...scene.service({ kind: 'runs' }),
        ...{ network_mode: 'service:app', depends_on: { app: { condition: 'service_started' } } },
      },
    });
    if (side === undefined) throw new Error('two were written');
    const made = await stage.createOf(side);
    expect(await stage.carryOut({ kind: 'start_container', ...made })).toMatchObject({
      ok: false,
      code: 'engine_error',
    });
    expect(await stage.see(made)).toMatchObject({ state: 'created', startedAt: null });
  });

  behaviour('a volume is kept while any container has it, and goes after the last', async (stage) => {
    await stage.done(createVolume('data'));
    const made = await stage.create({ kind: 'runs' }, DATA);
    const removing = { kind: 'remove_volume', volume: 'data' } as const;
    expect(await stage.carryOut(removing)).toMatchObject({ ok: false, code: 'conflict' });
    await stage.remove(made);
    await stage.done(removing);
    expect(own((await stage.observe()).volumes)).toEqual([]);
  });

  behaviour(
    'a folder is made with its container, stays when that goes, and goes by its path',
    async (stage) => {
      const { folders: host, deployment } = stage.scene;
      const folders = async (): Promise<string[]> => {
        const asked = ['./', './data', './data/in', './data/in/x', './other'];
        return [...(await host.find(deployment, asked))];
      };
      expect(await folders()).toEqual([]);
      const volumes = [{ type: 'bind', source: './data/in', target: '/data' }];
      const made = await stage.run({ kind: 'runs' }, { volumes });
      expect(await folders()).toEqual(['./', './data', './data/in']);
      await stage.stop(made);
      await stage.remove(made);
      expect(await folders()).toEqual(['./', './data', './data/in']);
      for (const _ of [1, 2]) await stage.done({ kind: 'remove_folder', folder: './data/in' });
      expect(await folders()).toEqual(['./', './data']);
      await stage.done({ kind: 'remove_folder', folder: './data' });
      expect(await folders()).toEqual([]);
    },
  );

  behaviour('a volume that is missing at a creation is made with it, and is ours', async (stage) => {
    await stage.create({ kind: 'runs' }, DATA);
    expect(own((await stage.observe()).volumes)).toEqual(['data']);
  });

  behaviour(
    'a host port that another program has is told at the start, which works once it is free',
    async (stage) => {
      const taken = await stage.scene.hands.takePort();
      const made = await stage.create({ kind: 'runs' }, { ports: [publish(taken.port)] });
      const starting = { kind: 'start_container', ...made } as const;
      expect(await stage.carryOut(starting)).toMatchObject({ ok: false, code: 'port_taken' });
      expect(await stage.see(made)).toMatchObject({ state: 'created', exitCode: null, startedAt: null });
      await taken.free();
      await stage.done(starting);
      expect(await stage.see(made)).toMatchObject({ state: 'running' });
    },
  );

  behaviour('a host port of one container keeps another from starting until it stops', async (stage) => {
    const port = await stage.scene.hands.freePort();
    const first = await stage.run({ kind: 'runs' }, { ports: [publish(port)] });
    const second = await stage.createOf(first.spec);
    const starting = { kind: 'start_container', ...second } as const;
    expect(await stage.carryOut(starting)).toMatchObject({ ok: false, code: 'port_taken' });
    await stage.stop(first);
    await stage.done(starting);
    expect(await stage.see(second)).toMatchObject({ state: 'running' });
    expect(await stage.carryOut({ kind: 'start_container', ...first })).toMatchObject({ code: 'port_taken' });
    expect(await stage.see(first)).toMatchObject({ state: 'exited', exitCode: 143 });
  });

  behaviour('host ports are shown as they were asked, before the start and after the stop', async (stage) => {
    const [port, other] = [await stage.scene.hands.freePort(), await stage.scene.hands.freePort()];
    const everywhere = { target: 81, published: String(other), protocol: 'udp' };
    const made = await stage.create({ kind: 'runs' }, { ports: [publish(port), everywhere] });
    const hostPorts = [
      { hostIp: '127.0.0.1', port: `${port}/tcp` },
      { hostIp: null, port: `${other}/udp` },
    ];
    const shown = async () =>
      (await stage.see(made)).hostPorts.toSorted((a, b) => a.port.slice(-3).localeCompare(b.port.slice(-3)));
    expect(await shown()).toEqual(hostPorts);
    await stage.start(made);
    expect(await shown()).toEqual(hostPorts);
    await stage.stop(made);
    expect(await shown()).toEqual(hostPorts);
  });

  behaviour(
    'a host port that none is asked for is another at each start, and none when it stops',
    async (stage) => {
      const ports = [
        { target: 80, host_ip: '127.0.0.1' },
        { target: 81, protocol: 'udp' },
      ];
      const made = await stage.create({ kind: 'runs' }, { ports });
      expect(await stage.see(made)).toMatchObject({ hostPorts: [], ports: [] });
      await stage.start(made);
      const first = await stage.see(made);
      expect(first.ports.filter(({ protocol }) => protocol === 'tcp')).toEqual([
        { target: 80, protocol: 'tcp', hostIp: '127.0.0.1', published: expect.any(Number) },
      ]);
      const [web, ...names] = first.ports;
      expect(names.map(({ target }) => target)).toContain(81);
      expect(web?.published).toBeGreaterThan(1023);
      expect(first.hostPorts).toContainEqual({ hostIp: '127.0.0.1', port: `${web?.published}/tcp` });
      const second = await stage.createOf(made.spec);
      await stage.start(second);
      expect((await stage.see(second)).ports[0]?.published).not.toBe(web?.published);
      await stage.stop(made);
      expect(await stage.see(made)).toMatchObject({ hostPorts: [], ports: [] });
    },
  );

  behaviour('one port of two addresses is two, and of all addresses is one of each', async (stage) => {
    const port = await stage.scene.hands.freePort();
    await stage.run({ kind: 'runs' }, { ports: [publish(port)] });
    await stage.run({ kind: 'runs' }, { ports: [{ ...publish(port), host_ip: '127.0.0.2' }] });
    const { host_ip: _, ...everywhere } = publish(port);
    const third = await stage.create({ kind: 'runs' }, { ports: [everywhere] });
    expect(await stage.carryOut({ kind: 'start_container', ...third })).toMatchObject({ code: 'port_taken' });
  });

  behaviour('a service in another’s network starts after that one, and outlives its stop', async (stage) => {
    const { scene } = stage;
    const [app, side] = stage.specs({
      app: scene.service({ kind: 'runs' }),
      side: {
        ...scene.service({ kind: 'runs' }),
        ...{ network_mode: 'service:app', depends_on: { app: { condition: 'service_started' } } },
      },
    });
    if (app === undefined || side === undefined) throw new Error('two were written');
    await stage.network();
    const host = await stage.createOf(app);
    const guest = await stage.createOf(side, { peers: { app: host.container } });
    expect(await stage.carryOut({ kind: 'start_container', ...guest })).toMatchObject({ code: 'conflict' });
    expect(await stage.see(guest)).toMatchObject({ state: 'created', joins: [host.container] });
    await stage.start(host);
    await stage.start(guest);
    expect(await stage.see(guest)).toMatchObject({ state: 'running', joins: [host.container], networks: [] });
    expect((await stage.see(guest)).address).not.toBeNull();
    await stage.stop(host);
    expect(await stage.see(guest)).toMatchObject({ state: 'running', address: null });
    await stage.stop(guest);
    await stage.remove(host);
    expect(await stage.carryOut({ kind: 'start_container', ...guest })).toMatchObject({
      ok: false,
      code: 'engine_error',
    });
    expect(await stage.see(guest)).toMatchObject({ state: 'exited', joins: [host.container] });
  });

  behaviour('each change of a container is told with its deployment, and no other’s', async (stage) => {
    const { clock, deployment, engine, hands } = stage.scene;
    const told: string[] = [];
    const watching = new AbortController();
    const ended = engine.watch((name) => told.push(name), watching.signal);
    // The stream stands some time after it was asked for: the first change that is told shows it.
    await stage.network();
    const spec = stage.spec({ kind: 'runs' });
    await until(
      clock,
      async () => {
        await stage.remove(await stage.createOf(spec));
        return told.includes(deployment);
      },
      (isHeard) => isHeard,
    );
    const made = await stage.createOf(spec);
    const container = made.container;
    const changes: readonly (() => Promise<unknown>)[] = [
      () => stage.start(made),
      () => hands.pause(container),
      () => stage.done({ kind: 'unpause_container', service: 'app', index: 0, container }),
      () => stage.done({ kind: 'update_container', spec, container }),
      () => stage.stop(made),
      () => stage.remove(made),
    ];
    for (const change of changes) {
      await stage.letPass(300);
      const before = told.filter((name) => name === deployment).length;
      await change();
      await until(
        clock,
        () => told.filter((name) => name === deployment).length,
        (count) => count > before,
      );
    }
    expect(told).not.toContain('');
    watching.abort();
    await ended;
  });
}

function publish(port: number) {
  return { target: 80, published: String(port), host_ip: '127.0.0.1', protocol: 'tcp' };
}

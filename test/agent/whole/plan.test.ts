// A plan says what is then done, and changes nothing.
import { parse } from 'valibot';
import { describe, expect } from 'vitest';
import type { ImageSizes } from '../../../agent/ports/image-sizes.ts';
import { type PlanAnswer, plan } from '../../../protocol/operations/plan.ts';
import { absent, deployment, inherit, PROBE, type ServiceParts } from '../../fakes/deployments.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

type Services = Readonly<Record<string, ServiceParts>>;

const app = (image: string, rest: object = {}): ServiceParts => ({
  image: `registry.test/${image}`,
  ...rest,
});
const limited = (memory: string): object => ({ deploy: { resources: { limits: { memory } } } });
const THREE: Services = {
  app: app('app:1', { probe: PROBE, ...limited('64M') }),
  side: app('side:1', { network_mode: 'service:app', depends_on: { app: { condition: 'service_started' } } }),
  store: app('store:1', { probe: PROBE }),
};

async function converge(world: World, services: Services = THREE, rest: object = {}): Promise<void> {
  world.startAgent();
  world.publish(deployment({ revision: 1, services, ...rest }));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

function actions({ services }: PlanAnswer): Record<string, string> {
  return Object.fromEntries(services.map(({ service, action }) => [service, action]));
}

/** What became of each service, by the containers that run for it before and after. */
async function whatHappens(world: World, document: { name: string }, phase: 'converged' | 'removed') {
  const look = () => new Map(world.up('line').map(({ spec, id, settings }) => [spec.name, { id, settings }]));
  const before = look();
  world.publish(document);
  await world.untilPhase('line', phase, { revision: 2 });
  // With `start-first` the old one goes after that.
  await world.run(60_000);
  const after = look();
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return Object.fromEntries(
    names.map((name) => {
      const [was, is] = [before.get(name), after.get(name)];
      if (was === undefined) return [name, 'create'];
      if (is === undefined) return [name, 'remove'];
      if (was.id !== is.id) return [name, 'replace'];
      return [name, JSON.stringify(was.settings) === JSON.stringify(is.settings) ? 'keep' : 'update'];
    }),
  );
}

const NEXT: Readonly<Record<string, Services>> = {
  'another image': { ...THREE, store: app('store:2', { probe: PROBE }) },
  'another image of one that another lives in': { ...THREE, app: app('app:2', { probe: PROBE }) },
  'another limit': { ...THREE, app: app('app:1', { probe: PROBE, ...limited('128M') }) },
  'no limit any more': { ...THREE, app: app('app:1', { probe: PROBE }) },
  'another probe': { ...THREE, store: app('store:1', { probe: { ...PROBE, interval: '3s' } }) },
  'one more, and one less': {
    app: THREE.app ?? app('app:1'),
    fresh: app('fresh:1', { depends_on: { app: { condition: 'service_healthy' } } }),
  },
};

describe('what a plan says is what is done', () => {
  for (const [name, services] of Object.entries(NEXT))
    for (const strategy of ['stop-first', 'start-first'])
      test(`with ${name}, ${strategy}`, async ({ makeWorld }) => {
        const world = makeWorld();
        await converge(world);
        const update = { strategy, healthy_after: '5s', deadline: '60s' };
        const document = deployment({ revision: 2, services, update });
        const answer = await world.plan(document);
        expect(parse(plan.answer, JSON.parse(JSON.stringify(answer)))).toEqual(answer);
        expect(answer).toMatchObject({ verdict: 'change', running: 1, revision: 2, blocked_by: [] });
        expect(actions(answer)).toEqual(await whatHappens(world, document, 'converged'));
      });

  test('of a removal', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world, THREE, { volumes: { data: {}, more: {} } });
    const document = absent(2, 'line', ['data']);
    const answer = await world.plan(document);
    expect(answer.resources).toEqual(
      expect.arrayContaining([
        { path: 'networks.default', action: 'remove' },
        { path: 'volumes.data', action: 'remove' },
      ]),
    );
    expect(answer.resources).toHaveLength(2);
    expect(answer.notes.join()).toContain('volume more');
    expect(actions(answer)).toEqual(await whatHappens(world, document, 'removed'));
  });

  test('of a first document', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    const answer = await world.plan(deployment({ revision: 1, services: THREE }));
    expect(answer).toMatchObject({ verdict: 'change', running: null });
    expect(actions(answer)).toEqual({ app: 'create', side: 'create', store: 'create' });
    expect(answer.services.map(({ downtime }) => downtime)).toEqual([null, null, null]);
  });
});

describe('a plan changes nothing', () => {
  const DOCUMENTS = [
    deployment({ revision: 2, services: NEXT['another image'] ?? {} }),
    absent(2),
    deployment({ revision: 1, services: {} }),
    deployment({ revision: 1, name: 'other' }),
  ];

  test('of what is stored, asked of the engine, or told', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    await world.run(60_000);
    const stored = () => dump(world);
    const before = { stored: stored(), writes: world.writes, asked: world.engine.asked.length };
    const [pulls, events] = [world.registry.pulls.size, world.toldEvents().length];
    for (const document of DOCUMENTS) await world.plan(document);
    expect({ stored: stored(), writes: world.writes, asked: world.engine.asked.length }).toEqual(before);
    expect([world.registry.pulls.size, world.toldEvents().length]).toEqual([pulls, events]);
    expect(world.status('line')).toMatchObject({ phase: 'converged', desired: { revision: 1 } });
  });
});

function dump(world: World): string {
  const tables = world.database?.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
  return JSON.stringify(tables?.map(({ name }) => [name, world.database?.all(`SELECT * FROM "${name}"`)]));
}

describe('a plan judges as the door does', () => {
  test('an older revision, and the same one', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.publish(deployment({ revision: 3, services: THREE }));
    await world.untilPhase('line', 'converged', { revision: 3 });
    const older = await world.plan(deployment({ revision: 2, services: THREE }));
    expect(older).toMatchObject({ verdict: 'refused', refused: { code: 'stale', path: 'revision' } });
    const same = await world.plan(deployment({ revision: 3, services: THREE }));
    expect(same).toMatchObject({ verdict: 'nothing', fetch: { bytes: 0 } });
    expect(actions(same)).toEqual({ app: 'keep', side: 'keep', store: 'keep' });
    const other = await world.plan(deployment({ revision: 3, services: {} }));
    expect(other).toMatchObject({ verdict: 'refused' });
  });

  test('one that has no revision', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const { revision: _revision, ...bare } = deployment({ revision: 1, services: THREE });
    expect(await world.plan(bare)).toMatchObject({ verdict: 'nothing', revision: 1 });
    const services = NEXT['another image'] ?? {};
    expect(await world.plan({ ...bare, services })).toMatchObject({ verdict: 'change', revision: 2 });
  });

  test('one that is none', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    expect(await world.plan({ name: 'line', services: 7 })).toMatchObject({
      ...{ verdict: 'refused', revision: 1, refused: { code: 'invalid' } },
    });
    expect(await world.plan({})).toMatchObject({ verdict: 'refused', deployment: '' });
  });

  test("a group's, that the device's own beats, or takes the place of", async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const ofGroup = deployment({ revision: 5, services: NEXT['another image'] ?? {} });
    const beaten = await world.plan(ofGroup, 'groups/berlin');
    expect(beaten).toMatchObject({ verdict: 'not_followed' });
    expect(beaten.notes.join()).toContain('revision 1 of device');
    expect(await world.plan(ofGroup, 'groups/elsewhere')).toMatchObject({ verdict: 'not_followed' });
    world.publish(ofGroup, { kind: 'group', group: 'berlin' });
    await world.run(30_000);
    const answer = await world.plan(inherit(2));
    expect(answer.notes.join()).toContain('revision 5 of groups/berlin');
    expect(actions(answer)).toEqual({ app: 'keep', side: 'keep', store: 'replace' });
  });
});

describe('a plan says what keeps a document back', () => {
  test('a window that is shut, and a roll-out that this device takes no part in', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const services = NEXT['another image'] ?? {};
    const window = { cron: '0 3 1 1 *', length: '1h' };
    const update = { healthy_after: '5s', deadline: '60s', window };
    const shut = await world.plan(deployment({ revision: 2, services, update }));
    expect(shut).toMatchObject({ verdict: 'blocked', blocked_by: [{ code: 'window' }] });
    expect(actions(shut)).toMatchObject({ store: 'replace' });
    const rollout = { percent: 0, salt: 'x' };
    const out = await world.plan(deployment({ revision: 2, services, rollout }));
    expect(out).toMatchObject({ verdict: 'blocked', blocked_by: [{ code: 'not_in_rollout' }] });
    expect(actions(out)).toEqual({ app: 'keep', side: 'keep', store: 'keep' });
  });

  test('a name that is under an attempt, and a content that failed', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const services = { ...THREE, store: app('store:2', { probe: PROBE }) };
    world.daemon.witnesses.push((event, container) => {
      if (event === 'start' && container.spec.service.image.text.endsWith('store:2')) container.crash(1);
    });
    world.publish(deployment({ revision: 2, services }));
    await world.untilPhase('line', 'switching', { revision: 2 });
    const during = await world.plan(deployment({ revision: 3, services: THREE }));
    expect(during.notes.join()).toContain('revision 2 is being tried now');
    expect(actions(during)).toMatchObject({ app: 'keep' });
    await world.untilPhase('line', 'rolled_back', { revision: 2 });
    const again = await world.plan(deployment({ revision: 3, services }));
    expect(again).toMatchObject({ verdict: 'blocked', blocked_by: [{ code: 'exited' }] });
    expect(actions(again)).toEqual({ app: 'keep', side: 'keep', store: 'keep' });
  });

  test('a pause', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const { signal } = new AbortController();
    await world.agent.operations.pause.ask(
      { deployment: 'line', for: '1h', reason: 'at the machine' },
      signal,
    );
    const answer = await world.plan(deployment({ revision: 2, services: NEXT['another image'] ?? {} }));
    expect(answer).toMatchObject({ verdict: 'blocked', blocked_by: [{ code: 'paused' }] });
    expect(actions(answer)).toMatchObject({ store: 'replace' });
  });

  test('an engine that is too old for what is asked', async ({ makeWorld }) => {
    const world = makeWorld();
    world.daemon.apiVersion = '1.41';
    await converge(world);
    const healthcheck = { test: ['CMD', 'true'], start_interval: '1s' };
    const services = { ...THREE, store: app('store:1', { probe: PROBE, healthcheck }) };
    const answer = await world.plan(deployment({ revision: 2, services }));
    expect(answer).toMatchObject({
      ...{ verdict: 'blocked', blocked_by: [{ code: 'engine_too_old', path: 'services.store' }] },
    });
  });

  test('an engine that is away', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.daemon.end({ isLiveRestore: true });
    const answer = await world.plan(deployment({ revision: 2, services: THREE }));
    expect(answer).toMatchObject({ verdict: 'blocked', blocked_by: [{ code: 'engine_unavailable' }] });
  });
});

describe('what a plan says of images', () => {
  const services = NEXT['another image'] ?? {};

  test('what is missing, once for all, and what is left of the disk', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.sizes = told(2_000_000);
    const answer = await world.plan(deployment({ revision: 2, services }));
    expect(answer.fetch).toMatchObject({
      bytes: 2_001_000,
      images: [{ reference: 'registry.test/store:2', layers: { total: 2, missing: 1 }, bytes: 2_001_000 }],
    });
    const { free_bytes: free, free_after_bytes: after } = answer.disk ?? {};
    expect((free ?? 0) - (after ?? 0)).toBe(3 * 2_001_000);
  });

  test('no room for them', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.sizes = told(10 ** 15);
    const answer = await world.plan(deployment({ revision: 2, services }));
    expect(answer).toMatchObject({ verdict: 'blocked', blocked_by: [{ code: 'no_space' }] });
  });

  test('a registry that does not answer is waited for 1.5 s, and all else is told', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.sizes = {
      look: (images, signal) =>
        new Promise((resolve) => {
          const unknown = images.map(() => ({ kind: 'unknown', message: 'no answer' }) as const);
          signal.addEventListener('abort', () => resolve(unknown));
        }),
    };
    const beganMs = world.clock.monotonicMs();
    const answer = await world.plan(deployment({ revision: 2, services }));
    expect(world.clock.monotonicMs() - beganMs).toBeLessThan(2000);
    expect(answer).toMatchObject({
      verdict: 'change',
      fetch: { bytes: null },
      disk: { free_after_bytes: null },
    });
    expect(actions(answer)).toMatchObject({ store: 'replace' });
  });

  test('a tag that has not moved needs no new container', async ({ makeWorld }) => {
    const world = makeWorld();
    const always = { ...THREE, store: app('store:1', { probe: PROBE, pull_policy: 'always' }) };
    await converge(world, always);
    const next = deployment({ revision: 2, services: { ...always, app: app('app:2') } });
    const unknown = await world.plan(next);
    expect(actions(unknown)).toMatchObject({ store: 'replace' });
    const [container] = world.up('line', 'store');
    world.sizes = told(1000, [container?.image.id ?? '']);
    const same = await world.plan(next);
    expect(actions(same)).toMatchObject({ store: 'keep' });
    expect(same.fetch.images.find(({ reference }) => reference.endsWith('store:1'))?.bytes).toBe(0);
  });
});

function told(bytes: number, ids: readonly string[] = []): ImageSizes {
  return {
    look: async (images) =>
      images.map(({ reference }) => ({
        ...{ kind: 'told' as const, ids },
        layers: [
          { digest: 'sha256:base', bytes: 50_000_000, isHere: true },
          { digest: `sha256:${reference}`, bytes, isHere: false },
        ],
        documents: [{ digest: `sha256:config ${reference}`, bytes: 1000, isHere: false }],
      })),
  };
}

describe('how long a service is away', () => {
  test('by its grace, and by what it took the last time', async ({ makeWorld }) => {
    const world = makeWorld();
    const store = (image: string): Services => ({
      store: app(image, { probe: PROBE, stop_grace_period: '4s' }),
    });
    await converge(world, store('store:1'));
    const first = await world.plan(deployment({ revision: 2, services: store('store:2') }));
    expect(first.services[0]?.downtime).toMatchObject({ stop_up_to_ms: 4000, last_ms: null });
    world.publish(deployment({ revision: 2, services: store('store:2') }));
    await world.untilPhase('line', 'converged', { revision: 2 });
    const { downtime } =
      (await world.plan(deployment({ revision: 3, services: store('store:3') }))).services[0] ?? {};
    expect(downtime?.last_ms).toBeGreaterThan(0);
    expect(downtime?.last_ms).toBeLessThan(5000);
    expect(downtime?.text).toContain('its stop takes up to 4s');
  });

  test('not at all where the new one is started first', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const update = { strategy: 'start-first', healthy_after: '5s', deadline: '60s' };
    const services = NEXT['another image'] ?? {};
    const answer = await world.plan(deployment({ revision: 2, services, update }));
    expect(answer.services.map(({ downtime }) => downtime)).toEqual([null, null, null]);
  });
});

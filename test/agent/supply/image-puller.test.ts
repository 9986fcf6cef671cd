import { describe, expect, test } from 'vitest';
import type { Want } from '../../../agent/model/want.ts';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import type { EngineFacts, ImageLook } from '../../../agent/ports/engine.ts';
import { EngineUnavailable } from '../../../agent/ports/engine.ts';
import type { Supplier } from '../../../agent/ports/supplier.ts';
import { engineSupplier } from '../../../agent/supply/engine-supplier.ts';
import { ImagePuller } from '../../../agent/supply/image-puller.ts';
import { Daemon } from '../../fakes/engine/daemon.ts';
import { STALL } from '../../fakes/engine/images.ts';
import { loudNotices } from '../../fakes/loud-notices.ts';
import { loudTasks } from '../../fakes/loud-tasks.ts';
import { MemoryEngine } from '../../fakes/memory-engine.ts';
import { fork } from '../../fakes/random.ts';
import { silent } from '../../fakes/silent-logger.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

const A = 'registry.test/a:1';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MIB = 1024 ** 2;

interface Parts {
  readonly random?: () => number;
  /** Where images come from; the engine by default. */
  readonly supplierOf?: (engine: MemoryEngine) => Supplier;
}

const FACTS: EngineFacts = {
  ...{ name: 'docker', version: '29', apiVersion: '1.52', storageDriver: 'overlay2', cgroupVersion: '2' },
  ...{ dataRoot: '/var/lib/docker', enforces: [] },
};

function setUp({ random = fork(1, 'puller'), supplierOf = byEngine }: Parts = {}) {
  const clock = new VirtualClock();
  const daemon = new Daemon({ clock, random: fork(1, 'engine') });
  const engine = new MemoryEngine(daemon);
  const changes: string[] = [];
  const space: { freeBytes: number | null } = { freeBytes: 100_000 * MIB };
  const { line, engine: engineState } = newAgentState();
  const networkIsBack = (): void => line.set({ publish: async () => true });
  engineState.set({ facts: FACTS, trouble: null });
  const notices = loudNotices();
  notices.subscribe('look_due', ({ deployment }) => changes.push(deployment));
  const puller = new ImagePuller({
    ...{
      engine,
      supplier: supplierOf(engine),
      clock,
      random,
      logger: silent,
      architecture: 'arm64',
      tasks: loudTasks,
    },
    space: {
      reserveBytes: 100 * MIB,
      host: { freeBytes: () => space.freeBytes },
      engine: engineState,
    },
    line,
    notices,
  });
  const { registry, images } = daemon;
  /** Asks as a loop does, and lets the answer come. */
  const standing = async (image: string | Want) => {
    const asked = puller.standing(asWant(image));
    const [answer] = await Promise.allSettled([asked, clock.advance(10)]);
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  };
  const want = (deployment: string, wanted: readonly (string | Want)[]): void =>
    puller.want(deployment, wanted.map(asWant));
  return { clock, daemon, engine, puller, networkIsBack, registry, images, changes, space, standing, want };
}

function byEngine(engine: MemoryEngine): Supplier {
  return engineSupplier(engine, 'arm64');
}

function asWant(image: string | Want): Want {
  return typeof image === 'string'
    ? { kind: 'image', reference: image, platform: null, freshFor: null }
    : image;
}

/** How often it was pulled. */
function pullsOf({ registry }: ReturnType<typeof setUp>, image: string): number {
  return registry.pulls.get(image) ?? 0;
}

describe('an image that is wanted', () => {
  test('is fetched, with its bytes told on the way', async () => {
    const world = setUp();
    world.registry.push(A, { sizeBytes: 40_000_000 });
    expect(await world.standing(A)).toEqual({ kind: 'missing' });
    world.want('line', [A]);
    await world.clock.advance(1000);
    expect(await world.standing(A)).toMatchObject({ kind: 'pulling', totalBytes: 40_000_000 });
    await world.clock.advance(5000);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
    expect(world.changes.length).toBeGreaterThan(2);
    expect(new Set(world.changes)).toEqual(new Set(['line']));
  });

  test('is not fetched when it is here', async () => {
    const world = setUp();
    world.images.load(A, 'arm64');
    world.want('line', [A]);
    await world.clock.advance(HOUR_MS);
    expect(pullsOf(world, A)).toBe(0);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });

  test('is fetched when what is here is for another machine', async () => {
    const world = setUp();
    world.images.load(A, 'amd64');
    expect(await world.standing(A)).toEqual({ kind: 'missing' });
    world.want('line', [A]);
    await world.clock.advance(10_000);
    expect(pullsOf(world, A)).toBe(1);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });

  test('by two deployments is fetched once, and both are told', async () => {
    const world = setUp();
    world.registry.push(A);
    world.want('line', [A]);
    world.want('other', [A]);
    await world.clock.advance(10_000);
    expect(pullsOf(world, A)).toBe(1);
    expect(new Set(world.changes)).toEqual(new Set(['line', 'other']));
  });

  test('no more is given up', async () => {
    const world = setUp();
    world.registry.push(A, { sizeBytes: 30_000 * MIB });
    world.want('line', [A]);
    await world.clock.advance(1000);
    world.want('line', []);
    await world.clock.advance(1000);
    expect(await world.standing(A)).toEqual({ kind: 'missing' });
    await world.clock.advance(HOUR_MS);
    expect(pullsOf(world, A)).toBe(1);
    expect(world.clock.pendingCount).toBe(0);
  });

  test('no more by one is fetched for the other', async () => {
    const world = setUp();
    world.registry.push(A);
    world.want('line', [A]);
    world.want('other', [A]);
    await world.clock.advance(500);
    world.want('line', []);
    await world.clock.advance(10_000);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
    expect(pullsOf(world, A)).toBe(1);
  });

  test('is wanted again right after it was given up, and comes', async () => {
    const world = setUp();
    world.registry.push(A);
    world.want('line', [A]);
    await world.clock.advance(500);
    world.want('line', []);
    world.want('line', [A]);
    await world.clock.advance(10_000);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });
});

test('an image comes from the supplier that is given, whatever the registry has', async () => {
  const asked: string[] = [];
  const world = setUp({
    supplierOf: ({ daemon }) => ({
      pull: async ({ reference }) => {
        asked.push(reference);
        daemon.images.load(reference, 'arm64');
        return { ok: true };
      },
    }),
  });
  world.registry.isReachable = false;
  world.want('line', [A]);
  await world.clock.advance(1000);
  expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  expect(asked).toEqual([A]);
});

test('three are fetched at a time, the others in their turn', async () => {
  const world = setUp();
  const all = Array.from({ length: 8 }, (_, n) => `registry.test/many:${n}`);
  for (const image of all) world.registry.push(image, { sizeBytes: 100_000_000 });
  let now = 0;
  let most = 0;
  const pull = world.engine.pullImage.bind(world.engine);
  world.engine.pullImage = async (reference, options) => {
    now += 1;
    most = Math.max(most, now);
    const outcome = await pull(reference, options);
    now -= 1;
    return outcome;
  };
  world.want('line', all);
  await world.clock.advance(MINUTE_MS);
  expect(most).toBe(3);
  expect(all.map((image) => pullsOf(world, image))).toEqual(all.map(() => 1));
});

describe('a pull', () => {
  test('that has not moved for two minutes is cut and tried again', async () => {
    const world = setUp();
    world.registry.push(A);
    world.registry.failNext(A, STALL);
    world.want('line', [A]);
    await world.clock.advance(2 * MINUTE_MS - 1000);
    expect(await world.standing(A)).toMatchObject({ kind: 'pulling' });
    await world.clock.advance(2000);
    expect(await world.standing(A)).not.toMatchObject({ kind: 'pulling', currentBytes: 1 });
    await world.clock.advance(MINUTE_MS);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });

  test('that is cut for standing still says so', async () => {
    const world = setUp({ random: () => 0.999 });
    world.registry.push(A);
    world.registry.failNext(A, STALL);
    world.want('line', [A]);
    await world.clock.advance(2 * MINUTE_MS + 100);
    const standing = await world.standing(A);
    expect(standing).toMatchObject({ kind: 'failed', isTransient: true });
    expect(standing.kind === 'failed' && standing.message).toMatch(/no byte came for 2 minutes/);
  });

  test('that moves is never cut, however long it takes', async () => {
    const world = setUp();
    world.registry.bytesPerSecond = 1000;
    world.registry.push(A, { sizeBytes: 36_000_000 });
    world.want('line', [A]);
    await world.clock.advance(9 * HOUR_MS);
    expect(await world.standing(A)).toMatchObject({ kind: 'pulling' });
    await world.clock.advance(2 * HOUR_MS);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
    expect(pullsOf(world, A)).toBe(1);
  });

  test('that fails for now is tried again soon, ever more slowly, and without end', async () => {
    const world = setUp();
    world.registry.push(A);
    world.registry.isReachable = false;
    world.want('line', [A]);
    await world.clock.advance(MINUTE_MS);
    const early = pullsOf(world, A);
    expect(early).toBeGreaterThan(2);
    await world.clock.advance(24 * HOUR_MS);
    const day = pullsOf(world, A);
    expect(day).toBeGreaterThan(24 * 12);
    expect(day).toBeLessThan(24 * 60);
    expect(await world.standing(A)).toMatchObject({ kind: 'failed', code: 'registry_unreachable' });
    world.registry.isReachable = true;
    await world.clock.advance(6 * MINUTE_MS);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });

  test('of an image that is not there is tried again seldom', async () => {
    const world = setUp();
    world.want('line', [A]);
    await world.clock.advance(24 * HOUR_MS);
    expect(pullsOf(world, A)).toBeGreaterThan(8);
    expect(pullsOf(world, A)).toBeLessThan(20);
    expect(await world.standing(A)).toMatchObject({
      kind: 'failed',
      code: 'image_not_found',
      isTransient: false,
    });
    world.registry.push(A);
    await world.clock.advance(4 * HOUR_MS);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });

  test('that most likely fails again waits for 5 minutes at least, and tells until when', async () => {
    const world = setUp({ random: () => 0 });
    world.want('line', [A]);
    await world.clock.advance(1000);
    const standing = await world.standing(A);
    const nextTryMs = standing.kind === 'failed' ? Date.parse(standing.nextTryAt ?? '') : 0;
    const waitsMs = nextTryMs - world.clock.wallTime().getTime();
    expect(waitsMs).toBeGreaterThan(5 * MINUTE_MS - 2000);
    await world.clock.advance(waitsMs - 100);
    expect(pullsOf(world, A)).toBe(1);
    await world.clock.advance(1000);
    expect(pullsOf(world, A)).toBe(2);
  });

  test('that fetched much in vain waits for it, so that no day costs more than 1 GiB', async () => {
    const world = setUp({ random: () => 0 });
    const sizeBytes = 100 * MIB;
    world.registry.push(A, { sizeBytes });
    for (let n = 0; n < 1000; n += 1) world.registry.failNext(A, { code: 'pull_failed', afterShare: 0.99 });
    world.want('line', [A]);
    await world.clock.advance(24 * HOUR_MS);
    const before = pullsOf(world, A);
    await world.clock.advance(24 * HOUR_MS);
    expect((pullsOf(world, A) - before) * sizeBytes).toBeLessThan(1.1 * 1024 * MIB);
    expect(pullsOf(world, A) - before).toBeGreaterThan(5);
  });

  test('of an image for other machines fails at once and says what it is', async () => {
    const world = setUp();
    world.registry.push(A, { architectures: ['amd64'] });
    world.want('line', [A]);
    await world.clock.advance(1000);
    expect(await world.standing(A)).toMatchObject({ code: 'no_matching_platform', isTransient: false });
  });

  test('that failed is tried at once when told that the network is back', async () => {
    const world = setUp({ random: () => 0.999 });
    world.registry.push(A);
    world.registry.isReachable = false;
    world.want('line', [A]);
    await world.clock.advance(10 * MINUTE_MS);
    world.registry.isReachable = true;
    world.networkIsBack();
    await world.clock.advance(5000);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });

  test('that failed for good, or after it fetched something, is not tried for a line that came back', async () => {
    const world = setUp({ random: () => 0.999 });
    const B = 'registry.test/b:1';
    world.registry.push(B);
    world.registry.failNext(B, { code: 'registry_unreachable', afterShare: 0.5 });
    world.want('line', [A, B]);
    await world.clock.advance(2000);
    for (let n = 0; n < 5; n += 1) {
      world.networkIsBack();
      await world.clock.advance(100);
    }
    expect([pullsOf(world, A), pullsOf(world, B)]).toEqual([1, 1]);
  });

  test('that failed is tried at once for the deployment that is asked for, and for no other', async () => {
    const world = setUp();
    const B = 'registry.test/b:1';
    world.want('line', [A]);
    world.want('other', [B]);
    await world.clock.advance(1000);
    world.puller.retryNow('line');
    await world.clock.advance(1000);
    expect([pullsOf(world, A), pullsOf(world, B)]).toEqual([2, 1]);
  });

  test('that failed is tried at once for a deployment that did not want it before', async () => {
    const world = setUp();
    world.want('line', [A]);
    await world.clock.advance(1000);
    world.want('line', [A]);
    await world.clock.advance(1000);
    expect(pullsOf(world, A)).toBe(1);
    world.want('other', [A]);
    await world.clock.advance(1000);
    expect(pullsOf(world, A)).toBe(2);
  });

  test('that is asked for again and again waits no shorter for it in the end', async () => {
    const world = setUp({ random: () => 0 });
    world.want('line', [A]);
    await world.clock.advance(1000);
    for (let n = 0; n < 3; n += 1) {
      world.puller.retryNow('line');
      await world.clock.advance(1000);
    }
    await world.clock.advance(39 * MINUTE_MS);
    expect(pullsOf(world, A)).toBe(4);
  });

  test('survives an engine that goes away meanwhile', async () => {
    const world = setUp();
    world.registry.push(A, { sizeBytes: 100_000_000 });
    world.want('line', [A]);
    await world.clock.advance(1000);
    world.daemon.end({ isLiveRestore: true });
    await world.clock.advance(MINUTE_MS);
    await expect(world.standing(A)).rejects.toThrow(EngineUnavailable);
    world.daemon.begin();
    await world.clock.advance(6 * MINUTE_MS);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });

  test('whose engine brings an image for another machine after all has failed', async () => {
    const world = setUp();
    const wrong: ImageLook = {
      kind: 'here',
      id: 'sha256:x',
      platform: { architecture: 'amd64', variant: null },
    };
    world.registry.push(A);
    world.engine.inspectImage = () => Promise.resolve(wrong);
    world.want('line', [A]);
    await world.clock.advance(5000);
    expect(await world.standing(A)).toMatchObject({ kind: 'failed', code: 'no_matching_platform' });
  });
});

describe('an image that the engine cannot read', () => {
  test('is pulled anew before it is used', async () => {
    const world = setUp();
    world.images.load(A, 'arm64');
    world.images.damage(A);
    expect(await world.standing(A)).toEqual({ kind: 'missing' });
    world.want('line', [A]);
    await world.clock.advance(10_000);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });

  test('even after a pull is told as damaged, and seldom pulled again', async () => {
    const world = setUp();
    world.registry.push(A);
    const message = 'readlink /var/lib/docker/overlay2/l: invalid argument';
    world.engine.inspectImage = () => Promise.resolve({ kind: 'unreadable', message });
    world.want('line', [A]);
    await world.clock.advance(MINUTE_MS);
    expect(await world.standing(A)).toMatchObject({ code: 'image_damaged', message, isTransient: false });
    expect(pullsOf(world, A)).toBe(1);
  });
});

test('a reference that the engine refuses is told as such, and no registry is asked', async () => {
  const world = setUp();
  const message = 'invalid reference format: repository name must be lowercase';
  world.engine.inspectImage = () => Promise.resolve({ kind: 'refused', message });
  world.want('line', [A]);
  await world.clock.advance(MINUTE_MS);
  expect(await world.standing(A)).toMatchObject({ code: 'refused_by_engine', message, isTransient: false });
  expect(pullsOf(world, A)).toBe(0);
});

describe('a fresh pull', () => {
  const fresh = (revision: string): Want => ({
    kind: 'image',
    reference: A,
    platform: null,
    freshFor: revision,
  });

  test('asks the registry though the image is here, and tells which image came', async () => {
    const world = setUp();
    world.images.load(A, 'arm64');
    const moved = world.registry.push(A);
    expect(await world.standing(fresh('r2'))).toEqual({ kind: 'missing' });
    world.want('line', [fresh('r2')]);
    await world.clock.advance(10_000);
    expect(await world.standing(fresh('r2'))).toEqual({ kind: 'present', imageId: moved.id });
    await world.clock.advance(HOUR_MS);
    expect(pullsOf(world, A)).toBe(1);
  });

  test('is kept for its deployment though others say what they want meanwhile', async () => {
    const world = setUp();
    world.registry.push(A);
    world.want('line', [fresh('r2')]);
    await world.clock.advance(10_000);
    world.want('other', []);
    expect(await world.standing(fresh('r2'))).toMatchObject({ kind: 'present' });
    world.want('line', []);
    expect(await world.standing(fresh('r2'))).toEqual({ kind: 'missing' });
  });

  test('of one revision does not count for the next', async () => {
    const world = setUp();
    world.registry.push(A);
    world.want('line', [fresh('r2')]);
    await world.clock.advance(10_000);
    world.want('line', [fresh('r3')]);
    await world.clock.advance(10_000);
    expect(pullsOf(world, A)).toBe(2);
    expect(await world.standing(fresh('r3'))).toMatchObject({ kind: 'present' });
  });

  test('waits for a registry that is away, whatever is here', async () => {
    const world = setUp();
    world.images.load(A, 'arm64');
    world.registry.isReachable = false;
    world.want('line', [fresh('r2')]);
    await world.clock.advance(MINUTE_MS);
    expect(await world.standing(fresh('r2'))).toMatchObject({ code: 'registry_unreachable' });
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });
});

test('a pull that is due again waits for another of the same image, and does nothing meanwhile', async () => {
  const world = setUp();
  const fresh = (revision: string): Want => ({
    kind: 'image',
    reference: A,
    platform: null,
    freshFor: revision,
  });
  world.want('line', [fresh('r1')]);
  await world.clock.advance(1000);
  expect(await world.standing(fresh('r1'))).toMatchObject({ kind: 'failed' });
  world.registry.push(A, { sizeBytes: 30_000 * MIB });
  world.want('other', [fresh('r2')]);
  await world.clock.advance(20 * MINUTE_MS);
  expect(await world.standing(fresh('r2'))).toMatchObject({ kind: 'pulling' });
  expect(pullsOf(world, A)).toBe(2);
  await world.clock.advance(3 * HOUR_MS);
  expect(await world.standing(fresh('r1'))).toMatchObject({ kind: 'present' });
});

describe('a platform', () => {
  const asked: Want = {
    kind: 'image',
    reference: A,
    platform: { architecture: 'arm', variant: 'v7' },
    freshFor: null,
  };

  test('that is asked for is pulled, although an image for the device is here', async () => {
    const world = setUp();
    world.images.load(A, 'arm64');
    world.registry.push(A, { architectures: ['arm'] });
    world.want('line', [asked]);
    await world.clock.advance(10_000);
    expect(await world.standing(asked)).toMatchObject({ kind: 'present' });
    expect(await world.standing(A)).toEqual({ kind: 'missing' });
  });

  test('that the image is not offered for fails at once', async () => {
    const world = setUp();
    world.registry.push(A, { architectures: ['arm64'] });
    world.want('line', [asked]);
    await world.clock.advance(1000);
    expect(await world.standing(asked)).toMatchObject({ code: 'no_matching_platform', isTransient: false });
  });

  test('and another one of the same image are pulled one after the other', async () => {
    const world = setUp();
    world.registry.push(A, { architectures: ['arm', 'arm64'] });
    world.want('line', [asked]);
    world.want('other', [A]);
    await world.clock.advance(500);
    expect(await world.standing(A)).toEqual({ kind: 'missing' });
    await world.clock.advance(10_000);
    expect(pullsOf(world, A)).toBe(2);
  });
});

describe('room on the disk', () => {
  test('below the reserve begins no pull', async () => {
    const world = setUp();
    world.registry.push(A);
    world.space.freeBytes = 99 * MIB;
    world.want('line', [A]);
    await world.clock.advance(1000);
    expect(await world.standing(A)).toMatchObject({
      code: 'no_space',
      isTransient: true,
      message: '99.0 MiB are free in /var/lib/docker, 0 B above the reserve of 100.0 MiB',
    });
    expect(pullsOf(world, A)).toBe(0);
  });

  test('that an image cannot fit into ends its pull as soon as its size is known, and says what it needs', async () => {
    const world = setUp({ random: () => 0.999 });
    world.registry.push(A, { sizeBytes: 100 * MIB });
    world.space.freeBytes = 300 * MIB;
    world.want('line', [A]);
    await world.clock.advance(1000);
    const standing = await world.standing(A);
    expect(standing).toMatchObject({ kind: 'failed', code: 'no_space' });
    expect(standing.kind === 'failed' && standing.message).toMatch(
      /^needs about 29\d\.\d MiB; 300\.0 MiB are free in \/var\/lib\/docker, 200\.0 MiB above the reserve of 100\.0 MiB$/,
    );
  });

  test('that is missing costs the registry nothing while it is missing, and once it is back the image comes', async () => {
    const world = setUp();
    world.registry.push(A, { sizeBytes: 100 * MIB });
    world.space.freeBytes = 300 * MIB;
    world.want('line', [A]);
    await world.clock.advance(HOUR_MS);
    expect(pullsOf(world, A)).toBe(1);
    world.space.freeBytes = 500 * MIB;
    await world.clock.advance(6 * MINUTE_MS);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
    expect(pullsOf(world, A)).toBe(2);
  });

  test('that runs out for whatever reason ends a pull within a second, also when nothing new is announced', async () => {
    const world = setUp({ random: () => 0.999 });
    world.registry.push(A, { sizeBytes: 1000 * MIB });
    world.want('line', [A]);
    await world.clock.advance(5000);
    expect(await world.standing(A)).toMatchObject({ kind: 'pulling' });
    world.space.freeBytes = 99 * MIB;
    await world.clock.advance(1100);
    expect(await world.standing(A)).toMatchObject({
      code: 'no_space',
      message: '99.0 MiB are free in /var/lib/docker, 0 B above the reserve of 100.0 MiB',
    });
  });

  test('is counted for all pulls together', async () => {
    const world = setUp({ random: () => 0.999 });
    const B = 'registry.test/b:1';
    for (const image of [A, B]) world.registry.push(image, { sizeBytes: 100 * MIB });
    world.space.freeBytes = 600 * MIB;
    world.want('line', [A, B]);
    await world.clock.advance(1000);
    const standings = [await world.standing(A), await world.standing(B)];
    expect(standings.map(({ kind }) => kind).toSorted()).toEqual(['failed', 'pulling']);
  });

  test('that nobody can tell refuses nothing', async () => {
    const world = setUp();
    world.registry.push(A, { sizeBytes: 100 * MIB });
    world.space.freeBytes = null;
    world.want('line', [A]);
    await world.clock.advance(10_000);
    expect(await world.standing(A)).toMatchObject({ kind: 'present' });
  });
});

test('a fault in a pull is a failed pull, and others go on', async () => {
  const world = setUp();
  world.registry.push(A);
  world.registry.push('registry.test/b:1');
  const { engine } = world;
  const pullImage = engine.pullImage.bind(engine);
  engine.pullImage = (reference, options) => {
    if (reference === A) throw new TypeError('odd');
    return pullImage(reference, options);
  };
  world.want('line', [A]);
  world.want('other', ['registry.test/b:1']);
  await world.clock.advance(10_000);
  expect(await world.standing(A)).toMatchObject({ kind: 'failed', code: 'pull_failed', message: 'odd' });
  expect(await world.standing('registry.test/b:1')).toMatchObject({ kind: 'present' });
});

test('closed, it gives up its pulls and leaves no wait behind', async () => {
  const world = setUp();
  world.registry.push(A, { sizeBytes: 30_000 * MIB });
  world.want('line', [A, 'registry.test/none:1']);
  await world.clock.advance(1000);
  world.puller.close();
  await world.clock.advance(1000);
  expect(world.clock.pendingCount).toBe(0);
});

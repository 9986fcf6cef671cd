// Images: how they come, what is told of them, and how they go.
import { expect } from 'vitest';
import type { EnginePullOptions } from '../../../agent/ports/engine.ts';
import type { PullOutcome, PullProgress } from '../../../agent/ports/supplier.ts';
import type { EngineScene } from './scene.ts';
import type { Declare, Stage } from './stage.ts';

const MIB = 1024 ** 2;

function pull(
  { scene: { engine, architecture } }: Stage,
  reference: string,
  { onProgress = () => undefined, signal = new AbortController().signal, platform = null }: PullParts = {},
): Promise<PullOutcome> {
  return engine.pullImage(reference, { architecture, platform, onProgress, signal });
}

interface PullParts {
  readonly onProgress?: (progress: PullProgress) => void;
  readonly signal?: AbortSignal;
  readonly platform?: EnginePullOptions['platform'];
}

async function idOf({ scene: { engine } }: Stage, reference: string): Promise<string> {
  const look = await engine.inspectImage(reference);
  return look.kind === 'here' ? look.id : look.kind;
}

export function declareImages(behaviour: Declare<EngineScene>): void {
  behaviour('an image comes with a pull, and its bytes only ever rise', async (stage) => {
    const { engine, hands, architecture } = stage.scene;
    const { reference } = await hands.push(8 * MIB);
    expect(await engine.inspectImage(reference)).toEqual({ kind: 'missing' });
    const told: PullProgress[] = [];
    expect(await pull(stage, reference, { onProgress: (progress) => told.push(progress) })).toEqual({
      ok: true,
    });
    const bytes = told.map(({ currentBytes }) => currentBytes);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(bytes.at(-1)).toBeGreaterThan(8 * MIB - 1);
    expect(told.every(({ currentBytes, totalBytes }) => currentBytes <= totalBytes)).toBe(true);
    expect(told.at(-1)).toMatchObject({ currentBytes: told.at(-1)?.totalBytes, unwrittenBytes: 0 });
    expect(await engine.inspectImage(reference)).toMatchObject({ kind: 'here', platform: { architecture } });
    expect(await pull(stage, reference)).toEqual({ ok: true });
  });

  behaviour('a container shows its image, and the digest that the registry gave', async (stage) => {
    const { engine, hands } = stage.scene;
    const { reference, digest } = await hands.push(1000);
    await pull(stage, reference);
    const made = await stage.create({ kind: 'runs' }, { image: reference });
    const imageId = await idOf(stage, reference);
    expect(await stage.see(made)).toMatchObject({ digest, imageId });
    expect((await engine.imagesInUse()).has(imageId)).toBe(true);
    await stage.remove(made);
    expect((await engine.imagesInUse()).has(imageId)).toBe(false);
  });

  behaviour('a tag that nobody pushed is not found, for good', async (stage) => {
    const { reference } = await stage.scene.hands.push(1000);
    const outcome = { ok: false, code: 'image_not_found' };
    expect(await pull(stage, `${reference}-missing`)).toMatchObject(outcome);
  });

  behaviour('an image for other devices is not fetched', async (stage) => {
    const reference = await stage.scene.hands.pushForeign();
    const outcome = { ok: false, code: 'no_matching_platform' };
    expect(await pull(stage, reference)).toMatchObject(outcome);
    expect(await stage.scene.engine.inspectImage(reference)).toEqual({ kind: 'missing' });
  });

  behaviour('a pull that is given up leaves nothing', async (stage) => {
    const { reference } = await stage.scene.hands.push(8 * MIB);
    const giving = new AbortController();
    const outcome = await pull(stage, reference, {
      onProgress: () => giving.abort(),
      signal: giving.signal,
    });
    expect(outcome).toMatchObject({ ok: false, code: 'aborted' });
    expect(await stage.scene.engine.inspectImage(reference)).toEqual({ kind: 'missing' });
  });

  behaviour('an image goes once no container was made from it, and only once', async (stage) => {
    const { engine, hands } = stage.scene;
    const { reference } = await hands.push(1000);
    await pull(stage, reference);
    const imageId = await idOf(stage, reference);
    const made = await stage.run({ kind: 'runs' }, { image: reference });
    expect(await engine.removeImage({ reference, imageId })).toEqual({ kind: 'in_use' });
    await stage.stop(made);
    expect(await engine.removeImage({ reference, imageId })).toEqual({ kind: 'in_use' });
    await stage.remove(made);
    expect(await engine.removeImage({ reference, imageId: `sha256:${'0'.repeat(64)}` })).toEqual({
      kind: 'gone',
    });
    expect(await engine.removeImage({ reference, imageId })).toEqual({
      kind: 'removed',
      bytes: expect.any(Number),
    });
    expect(await engine.inspectImage(reference)).toEqual({ kind: 'missing' });
    expect(await engine.removeImage({ reference, imageId })).toEqual({ kind: 'gone' });
  });
}

// What outlives the end of an engine, on a real one that is this file's own.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import { startEngine } from '../../../scripts/rig/engine.ts';
import type { PrivateEngine } from '../../../scripts/rig/private-engine.ts';
import { declareEngineRestarts } from '../../conformance/engine/engine-restart.ts';
import type { RestartableScene } from '../../conformance/engine/scene.ts';
import { declareOn } from '../../conformance/engine/stage.ts';
import { World } from '../support/world.ts';
import { dockerEngine, fetchImage, type Ground, openDocker } from './docker-scene.ts';

let own: PrivateEngine;
let ground: Ground;
beforeAll(async () => {
  own = await startEngine({ dir: await mkdtemp(path.join(tmpdir(), 'holdfast-engine-')) });
  const world = new World({ engineSocket: own.socketPath });
  const image = inject('rig').images['hello:1.0.0'].reference;
  await fetchImage(dockerEngine(world), image);
  ground = { world, image, registry: null };
});
afterAll(async () => {
  await ground.world.close();
  await own.remove();
});

async function open(): Promise<RestartableScene> {
  const scene = await openDocker(ground);
  return { ...scene, stopEngine: () => own.stop(), startEngine: () => own.start(), cutPower };
}

declareEngineRestarts(declareOn(open, { isShared: true }));

/** Engine, shims and programs end with nothing said, as when the power goes; what stands on the disk stays. */
async function cutPower(): Promise<void> {
  const { docker } = ground.world.engine;
  const running = await docker.listContainers();
  const pids = await Promise.all(
    running.map(async ({ Id }) => (await docker.getContainer(Id).inspect()).State.Pid),
  );
  const shims = pids.map(parentOf);
  await own.kill();
  for (const pid of [...shims, ...pids]) execFileSync('kill', ['-9', String(pid)]);
}

function parentOf(pid: number): number {
  const [, parent] = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (parent === undefined) throw new Error(`process ${pid} has no parent`);
  return Number(parent);
}

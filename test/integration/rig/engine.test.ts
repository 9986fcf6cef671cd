import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../../scripts/rig/engine.ts';
import type { PrivateEngine } from '../../../scripts/rig/private-engine.ts';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { ensureRegistry } from '../../../scripts/rig/registry.ts';
import { ensureSampleImages } from '../../../scripts/rig/sample-images.ts';

let dir: string;
let engine: PrivateEngine;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'holdfast-engine-'));
  engine = await startEngine({ dir, liveRestore: true });
});

afterAll(() => engine.remove());

describe('a throwaway engine with live restore', () => {
  test('runs the hello image, and its container outlives a crash and a restart of the engine', async () => {
    const registry = await ensureRegistry(quietProgress);
    const images = await ensureSampleImages(registry.host, quietProgress);
    docker('run', '-d', '--name', 'hello', images['hello:1.0.0'].reference);
    const before = startedAt();

    await engine.kill();
    await engine.start();
    expect(startedAt()).toBe(before);

    await engine.stop();
    await engine.start();
    expect(startedAt()).toBe(before);
  });

  test('leaves nothing behind once removed', async () => {
    const { socketPath } = engine;
    await engine.remove();
    expect(existsSync(dir)).toBe(false);
    expect(existsSync(socketPath)).toBe(false);
    engine = await startEngine({ dir });
  });
});

function startedAt(): string {
  return docker('inspect', '--format', '{{.State.Running}} {{.State.StartedAt}}', 'hello');
}

function docker(...args: string[]): string {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return execFileSync('docker', ['-H', `unix://${engine.socketPath}`, ...args], {
    stdio: [...stdio],
  }).toString();
}

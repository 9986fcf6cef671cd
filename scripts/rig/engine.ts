/** The Docker Engine that the demo and the tests use: the one that runs, else a private one. */
import { homedir } from 'node:os';
import path from 'node:path';
import { ensurePrograms, type Need } from './apt.ts';
import { cacheDir } from './cache.ts';
import { answersPing } from './engine-api.ts';
import { canBecomeRoot, RigError } from './exec.ts';
import { withLock } from './lock.ts';
import { PrivateEngine, type PrivateEngineOptions } from './private-engine.ts';
import { type Progress, quietProgress } from './progress.ts';

export interface Engine {
  readonly socketPath: string;
  /** Ours, so that it may be stopped and restarted. */
  readonly isPrivate: boolean;
}

/** What a private engine needs. */
export const engineNeeds: readonly Need[] = [
  { program: 'dockerd', pkg: 'docker.io' },
  { program: 'iptables', pkg: 'iptables' },
  { program: 'ip', pkg: 'iproute2' },
];

/** A running engine of the machine, or undefined. */
export async function findEngine(): Promise<Engine | undefined> {
  for (const socketPath of candidateSockets()) {
    if (await answersPing(socketPath)) return { socketPath, isPrivate: false };
  }
  return undefined;
}

export async function ensureEngine(progress: Progress): Promise<Engine> {
  const found = await findEngine();
  if (found) return found;
  if (process.platform !== 'linux' || !(await canBecomeRoot())) {
    throw new RigError('No Docker Engine answers, and one of our own needs Linux and root', {
      hint: 'Start Docker (or set DOCKER_HOST to its unix:// socket) and see that you may use it, then run this again.',
    });
  }
  await ensurePrograms(engineNeeds, progress);
  return withLock('engine', async () => {
    const engine = mainEngine();
    await progress.step('Starting a private Docker Engine', () => engine.start());
    return { socketPath: engine.socketPath, isPrivate: true };
  });
}

/** Ends the private engine of `ensureEngine`, if it runs; its images stay in the cache. */
export async function stopEngine(): Promise<void> {
  await mainEngine().retire();
}

/**
 * A throwaway engine for one test. `kill()` and `stop()` keep its data for the next `start()`; `remove()` ends
 * it for good. Only where a private engine can run: Linux, as root.
 */
export async function startEngine(options: PrivateEngineOptions): Promise<PrivateEngine> {
  await ensurePrograms(engineNeeds, quietProgress);
  const engine = new PrivateEngine(options);
  await engine.start();
  return engine;
}

function mainEngine(): PrivateEngine {
  return new PrivateEngine({ dir: cacheDir('engine') });
}

function candidateSockets(): readonly string[] {
  const host = process.env.DOCKER_HOST ?? '';
  const named = host.startsWith('unix://') ? [host.slice('unix://'.length)] : [];
  return [...named, '/var/run/docker.sock', path.join(homedir(), '.docker/run/docker.sock')];
}

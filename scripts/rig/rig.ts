/** Everything at once: what `up.ts` prints, the demo runs on, and the tests' global setup hands to the tests. */
import { canInstall, ensurePrograms } from './apt.ts';
import { ensureBaseImages } from './base-image.ts';
import { type Engine, engineNeeds, ensureEngine, findEngine } from './engine.ts';
import type { PushedImage } from './images.ts';
import { ensureMosquittoInstalled, mosquittoNeeds } from './mosquitto.ts';
import type { Progress } from './progress.ts';
import { ensureRegistry, type Registry, registryNeeds } from './registry.ts';
import { ensureSampleImages, type SampleName } from './sample-images.ts';

export interface Rig {
  readonly engine: Engine;
  readonly registry: Registry;
  readonly images: Readonly<Record<SampleName, PushedImage>>;
}

export async function ensureRig(progress: Progress): Promise<Rig> {
  // One installation rather than several, where apt can do it at all.
  if (canInstall()) {
    const needs = (await findEngine()) ? [] : engineNeeds;
    await ensurePrograms([...needs, ...registryNeeds, ...mosquittoNeeds], progress);
  }
  const [engine, registry] = await Promise.all([
    ensureEngine(progress),
    ensureRegistry(progress),
    ensureMosquittoInstalled(progress),
    ensureBaseImages(progress),
  ]);
  return { engine, registry, images: await ensureSampleImages(registry.host, progress) };
}

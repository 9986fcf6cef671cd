/** The images that the demo and the tests deploy: the two examples, and services that fail in a known way. */
import { readFileSync } from 'node:fs';
import { ensureBaseImages } from './base-image.ts';
import { buildImage, type ImageRecipe, type PushedImage } from './images.ts';
import type { Progress } from './progress.ts';

const sampleNames = [
  'hello:1.0.0',
  'hello:1.1.0',
  'hello:broken',
  'hello:crash',
  'sensor:1.0.0',
  'foreign:1.0.0',
] as const;
export type SampleName = (typeof sampleNames)[number];

/** Pushes what the registry does not hold yet, and answers with where each can be pulled from. */
export async function ensureSampleImages(
  registryHost: string,
  progress: Progress,
): Promise<Readonly<Record<SampleName, PushedImage>>> {
  await ensureBaseImages(progress);
  const pushed = await progress.step('Pushing the sample images', async () => {
    const entries: [SampleName, PushedImage][] = [];
    // One after the other, as the second finds the first one's layers there.
    for (const name of sampleNames) entries.push([name, await buildImage(recipeOf(name), { registryHost })]);
    return entries;
  });
  // Sound: one entry was made for each name.
  return Object.fromEntries(pushed) as Record<SampleName, PushedImage>;
}

function recipeOf(sample: SampleName): ImageRecipe {
  switch (sample) {
    case 'hello:1.0.0':
      return hello('1.0.0');
    case 'hello:1.1.0':
      return hello('1.1.0');
    case 'hello:broken':
      // Starts and serves, but is never healthy.
      return {
        ...hello('broken'),
        cmd: ['python3', 'broken.py'],
        files: script('broken.py', './samples/broken.py'),
      };
    case 'hello:crash':
      // Ends with code 3 after a few seconds.
      return {
        ...hello('crash'),
        cmd: ['python3', 'crash.py'],
        files: script('crash.py', './samples/crash.py'),
      };
    case 'sensor:1.0.0':
      return {
        name: 'sensor',
        tag: '1.0.0',
        files: script('sensor.py', '../../examples/sensor/sensor.py'),
        cmd: ['python3', 'sensor.py'],
      };
    case 'foreign:1.0.0':
      // For a device of another kind: there is nothing in it for amd64 or arm64.
      return {
        name: 'foreign',
        tag: '1.0.0',
        files: { README: 's390x only\n' },
        cmd: ['true'],
        platforms: ['linux/s390x'],
      };
  }
}

function hello(tag: string): ImageRecipe {
  return {
    name: 'hello',
    tag,
    files: { ...script('hello.py', '../../examples/hello/hello.py'), VERSION: `${tag}\n` },
    cmd: ['python3', 'hello.py'],
    exposedPorts: [8080],
  };
}

function script(name: string, source: string): Readonly<Record<string, Buffer>> {
  return { [name]: readFileSync(new URL(source, import.meta.url)) };
}

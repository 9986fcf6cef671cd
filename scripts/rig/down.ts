/** `node --import tsx scripts/rig/down.ts`: ends what `up.ts` started, and nothing else. The cache stays. */
import { stopEngine } from './engine.ts';
import { createProgress } from './progress.ts';
import { stopRegistry } from './registry.ts';

await createProgress().step('Stopping the registry and the private engine', async () => {
  await Promise.all([stopRegistry(), stopEngine()]);
});

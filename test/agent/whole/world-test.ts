// `test` with a world that is closed after, and that no failure of the agent has gone past unseen.
import { expect, test as plainTest } from 'vitest';
import { World, type WorldOptions } from '../../fakes/world.ts';

export const test = plainTest.extend<{ makeWorld: (options?: WorldOptions) => World }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that are asked for from the pattern
  makeWorld: async ({}, use) => {
    const worlds: World[] = [];
    await use((options) => {
      const world = new World(options);
      worlds.push(world);
      return world;
    });
    for (const world of worlds) world.close();
    expect(worlds.flatMap((world) => world.fatal)).toEqual([]);
  },
});

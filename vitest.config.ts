import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/simulation/**'],
          setupFiles: ['test/guards/leaks.ts'],
          // For a machine that does other work beside; what hangs fails all the same.
          testTimeout: 30_000,
          // The default leaves one core idle, which on two is half of them.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          // It keeps all cores busy: after the others.
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/integration/global-setup.ts'],
          setupFiles: ['test/guards/leftovers.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          // The engine is one machine's: files take turns, so that one test's load is not another's fault.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
